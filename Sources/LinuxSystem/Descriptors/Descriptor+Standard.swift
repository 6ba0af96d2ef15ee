extension Descriptor {
    /// This process' standard output. It is never closed.
    public static let standardOutput = Descriptor(owning: 1)
    /// This process' standard error. It is never closed.
    public static let standardError = Descriptor(owning: 2)
}
