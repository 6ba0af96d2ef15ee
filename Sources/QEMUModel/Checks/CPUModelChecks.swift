import Processors
import Virt
import VirtXML

/// What is asked of a CPU's name once its guest starts.
extension DomainDefinition {
    /// Refuses to say anything of a CPU of which libvirt knows nothing.
    func checkCPUKind() throws(ConfigurationError) {
        guard let cpu, cpu.isSaid, !board.hasKnownCPUs else { return }
        throw .noCPUDriver("'\(board.architecture)' architecture is not supported by CPU driver")
    }

    /// Refuses a model that nobody knows: libvirt on x86, whose models it describes itself; QEMU elsewhere.
    func checkCPUModel(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard let cpu, cpu.mode == .custom, let name = cpu.model?.name else { return }
        if board.isX86 {
            if cpu.match != .minimum, X86Model.named(name) == nil {
                throw .internal("Unknown CPU model \(name)")
            }
        } else if type == .qemu {
            try checkModel(name, of: cpu, qemu)
        }
    }

    private func checkModel(
        _ name: String, of cpu: GuestCPU, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        if cpu.check == .partial {
            let words = "the CPU is incompatible with host CPU: unknown host CPU"
            throw .refused(VirtError(code: .cpuIncompatible, domain: .cpu, message: words))
        }
        if board.isS390, cpu.match == .minimum { throw .unsupported("match mode minimum not supported") }
        let models = qemu.accelerations[QEMUAccelerator(type)]?.cpuModels ?? []
        // The models of POWER that libvirt describes have its names alone.
        let isOfQEMU = name != "host" && PowerModel.name(name) == nil && models.contains { $0.name == name }
        if models.isEmpty || isOfQEMU || board.isPPC && PowerModel.names.contains(name) { return }
        if cpu.model?.fallback == .forbid {
            throw .unsupported("CPU model \(name) is not supported by hypervisor")
        }
        throw .noCPUDriver("cannot translate CPU model \(name) to a supported model")
    }
}

extension ConfigurationError {
    /// What libvirt's own descriptions of processors haven't.
    fileprivate static func noCPUDriver(_ words: String) -> ConfigurationError {
        .refused(VirtError(.noSupport, words, from: .cpu))
    }
}
