/// What ARM processors can do, by the names that documents use.
public enum ARMFeatures {
    /// The scalable vectors, and each length of them in bits.
    public static let names = Set(["sve"] + stride(from: 128, through: 2048, by: 128).map { "sve\($0)" })
}
