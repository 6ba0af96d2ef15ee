/// The numbers by which an x86 processor says which one it is.
public struct X86Signature: Hashable, Sendable {
    public var family: Int
    public var model: Int
    public var stepping: Int

    public init(family: Int, model: Int, stepping: Int) {
        (self.family, self.model, self.stepping) = (family, model, stepping)
    }

    /// As leaf 1 of `cpuid` says it: the extended family counts in family 15, the extended model from family 6 on.
    public init(eax: UInt32) {
        func bits(_ shift: UInt32, _ mask: UInt32) -> Int { Int(eax >> shift & mask) }
        family = bits(8, 15)
        if family == 15 { family += bits(20, 255) }
        model = bits(4, 15)
        if family >= 6 { model += bits(16, 15) << 4 }
        stepping = bits(0, 15)
    }
}
