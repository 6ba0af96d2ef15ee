import ByteText
import VirtXML

extension PCIAddress {
    /// As the kernel writes it: `0000:00:1f.2`.
    public init?(kernelName: String) {
        let parts = kernelName.split(atByte: ":")
        guard parts.count == 3, let (slot, function) = parts[2].cut(atByte: "."),
            let domain = UInt32(parts[0], radix: 16), let bus = UInt32(parts[1], radix: 16),
            let slot = UInt32(slot, radix: 16), let function = UInt32(function, radix: 16)
        else { return nil }
        self.init(domain: domain, bus: bus, slot: slot, function: function)
    }
}
