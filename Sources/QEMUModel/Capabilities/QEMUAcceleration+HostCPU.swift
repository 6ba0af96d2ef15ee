import JSON
import Processors
import VirtXML

extension QEMUAcceleration {
    /// The x86 processor that guests get here at most; nil where QEMU didn't say.
    package var x86Processor: X86Processor? {
        let properties = wholeHostCPU.isEmpty ? hostCPU : wholeHostCPU
        guard !properties.isEmpty else { return nil }
        let offered = properties.members.filter { $0.value.bool == true }
        return X86Processor(
            features: Set(offered.compactMap { X86Features.feature(ofProperty: $0.key) }),
            vendor: properties["vendor"]?.string.flatMap { ProcessorVendor.name(ofIdentifier: $0) },
            signature: X86Signature(properties)
        ).forGuests
    }

    /// The host's processor as a model that this binary knows, and what differs.
    ///
    /// - Parameter isNative: whether the host's own processor runs the guests.
    package func x86HostModel(isNative: Bool) -> GuestCPU? {
        guard let processor = x86Processor,
            var cpu = try? X86Guest.describe(processor, models: Set(cpuModels.map(\.name)))
        else { return nil }
        // KVM shows this on its own where the guest has threads.
        if isNative { cpu.features.removeAll { $0.name == "topoext" && $0.policy == .disable } }
        return cpu
    }
}

extension X86Signature {
    fileprivate init?(_ properties: JSONObject) {
        guard let family = properties["family"]?.int, let model = properties["model"]?.int else { return nil }
        self.init(
            family: Int(clamping: family), model: Int(clamping: model),
            stepping: Int(clamping: properties["stepping"]?.int ?? 0))
    }
}
