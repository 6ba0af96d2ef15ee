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
    func checkCPUFits(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard board.isX86, var cpu, cpu.check == .partial, cpu.mode == .custom || cpu.mode == .hostModel,
            let host = qemu.accelerations[QEMUAccelerator(type)]?.x86HostModel(isNative: type != .qemu)
        else { return }
        if cpu.mode == .hostModel { cpu = (try? cpu.updated(for: host)) ?? cpu }
        // The host has it, though KVM keeps it to itself.
        if type != .qemu, !cpu.features.contains(where: { $0.name == "monitor" }) {
            cpu.features.append(CPUFeature("monitor", .force))
        }
        // What QEMU alone knows of is its own to refuse.
        guard case .incompatible(let reason)? = try? CPUComparison(host: host, guest: cpu) else { return }
        let words = "the CPU is incompatible with host CPU: \(reason)"
        throw .refused(VirtError(code: .cpuIncompatible, domain: .cpu, message: words))
    }
}

extension GuestCPU {
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
