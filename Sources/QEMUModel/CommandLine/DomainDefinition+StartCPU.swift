import JSON
import Processors
import Virt
import VirtXML

extension DomainDefinition {
    /// Settles what the guest's CPU leaves to the host: its model, at least a model, features where there are any.
    package mutating func settleCPU(_ qemu: QEMUCapabilities) {
        guard let cpu, let acceleration = qemu.accelerations[QEMUAccelerator(type)] else { return }
        if board.isX86 {
            self.cpu = cpu.settled(on: acceleration.migratableX86Model(isNative: type != .qemu))
        }
        if board.isS390, cpu.mode == .hostModel { self.cpu = cpu.taking(acceleration) ?? cpu }
    }
}

extension DomainDefinition {
    /// Whether the host can be the CPU that is asked for, where the document wants to know it before the start.
    func checkCPUFits(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        guard board.isX86, var cpu, cpu.check == .partial, cpu.mode == .custom || cpu.mode == .hostModel,
            var offered = qemu.accelerations[QEMUAccelerator(type)]?.x86HostModel(isNative: type != .qemu)
        else { return }
        // A model that is named beside the host's is held against the host all the same.
        if cpu.mode == .hostModel, cpu.model?.name == nil { cpu = (try? cpu.updated(for: offered)) ?? cpu }
        if type != .qemu {
            if let processor = host.processor() {
                offered.add(processor)
            } else if !cpu.features.contains(where: { $0.name == "monitor" }) {
                // The host has it, though KVM keeps it to itself.
                cpu.features.append(CPUFeature("monitor", .force))
            }
        }
        // What QEMU alone knows of is its own to refuse.
        guard case .incompatible(let reason)? = try? CPUComparison(host: offered, guest: cpu) else { return }
        let words = "the CPU is incompatible with host CPU: \(reason)"
        throw .refused(VirtError(code: .cpuIncompatible, domain: .cpu, message: words))
    }
}

extension DomainDefinition {
    /// A guest's counter ticks as the host's does, where the processor can't scale it. libvirt lets it be 250 ppm away.
    func checkTSCFrequency(_ host: QEMUHost) throws(ConfigurationError) {
        guard type == .kvm, let wanted = timer(.tsc)?.frequency, wanted > 0,
            let counter = host.processor()?.counter,
            counter.scaling != true
        else { return }
        let tolerance = counter.frequency / 1_000_000 * 250
        let (low, high) = (counter.frequency &- tolerance, counter.frequency &+ tolerance)
        if (low...max(low, high)).contains(wanted) { return }
        throw .unsupported(
            "Requested TSC frequency \(wanted) Hz is outside tolerance range ([\(low), \(high)] Hz) around host frequency \(counter.frequency) Hz and TSC scaling is not supported by the host CPU"
        )
    }
}

extension GuestCPU {
    /// What the host's own processor can do, though QEMU doesn't offer it: whether a guest gets it is seen when it has started.
    fileprivate mutating func add(_ processor: HostCPU) {
        guard let model = processor.model, let whole = X86Model.named(model) else { return }
        let more = whole.features.union(processor.features)
        features.removeAll { $0.policy == .disable && more.contains($0.name) }
        let spelled = Set(features.map(\.name))
        features += more.subtracting(spelled).map { CPUFeature($0, .require) }
    }

    /// As it starts on an x86 host; unchanged where it doesn't ask for the host, or that isn't known.
    fileprivate func settled(on host: GuestCPU?) -> GuestCPU {
        guard let host, var cpu = try? updated(for: host) else { return self }
        cpu.features.removeAll { X86Features.impliedByOthers.contains($0.name) }
        return cpu
    }

    /// The model that s390 QEMU made of the host, feature by feature.
    fileprivate func taking(_ host: QEMUAcceleration) -> GuestCPU? {
        guard let name = host.hostCPUModel else { return nil }
        var cpu = self
        (cpu.mode, cpu.match) = (.custom, .exact)
        var model = CPUModel()
        (model.name, model.fallback) = (name, self.model?.fallback ?? .allow)
        cpu.model = model
        let own = Set(features.map(\.name))
        let unwanted = deprecatedFeatures == false ? host.deprecatedFeatures : []
        cpu.features =
            host.hostCPU.members.filter { !own.contains($0.key) }.map { name, value in
                CPUFeature(name, value.bool == true && !unwanted.contains(name) ? .require : .disable)
            }
            + features
        // Some of those that go out of use are off in what the host has; they are told to stay off.
        let spelled = Set(cpu.features.map(\.name))
        cpu.features += unwanted.filter { !spelled.contains($0) }.sorted().map { CPUFeature($0, .disable) }
        cpu.deprecatedFeatures = nil
        return cpu
    }
}

extension QEMUAcceleration {
    /// The host's processor as a guest can keep it when it moves.
    fileprivate func migratableX86Model(isNative: Bool) -> GuestCPU? {
        guard var cpu = x86HostModel(isNative: isNative) else { return nil }
        cpu.features.removeAll { X86Features.unmigratable.contains($0.name) }
        return cpu
    }
}
