/// What a processor is and can do, whoever told of it.
public struct X86Processor: Sendable, Equatable {
    public var features: Set<String>
    /// The maker's name in documents; nil where it isn't known, or doesn't matter.
    public var vendor: String?
    public var signature: X86Signature?

    public init(features: Set<String>, vendor: String?, signature: X86Signature? = nil) {
        (self.features, self.vendor, self.signature) = (features, vendor, signature)
    }

    /// The processor that these registers describe.
    public init(_ registers: X86CPUID) {
        self.init(
            features: registers.features,
            vendor: ProcessorVendor.name(ofIdentifier: registers.vendorIdentifier),
            signature: registers.signature)
    }

    /// As a guest sees it: without what KVM shows no guest.
    public var forGuests: X86Processor {
        var copy = self
        copy.features.subtract(X86Features.hostOnly)
        return copy
    }

    /// Whether a model's maker may have made it.
    func mayBe(_ model: X86Model) -> Bool {
        guard let maker = model.vendor, let vendor else { return true }
        return maker == vendor
    }
}
