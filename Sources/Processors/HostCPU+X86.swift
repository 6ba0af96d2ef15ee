import VirtXML

extension HostCPU {
    /// An x86 processor as a host's: the nearest model that has nothing the processor lacks, and what it can do
    /// beyond it.
    public init(x86 processor: X86Processor) {
        self.init()
        arch = "x86_64"
        vendor = processor.vendor
        if let match = X86Match.nearest(to: processor, for: .host) {
            model = match.model.name
            features = match.required
        }
        signature = processor.signature.map { numbers in
            var signature = Signature()
            signature.family = UInt32(clamping: numbers.family)
            signature.model = UInt32(clamping: numbers.model)
            signature.stepping = UInt32(clamping: numbers.stepping)
            return signature
        }
    }
}
