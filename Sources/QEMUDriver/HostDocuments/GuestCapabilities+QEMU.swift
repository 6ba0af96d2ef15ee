import Virt
import VirtXML

extension GuestCapabilities {
    /// The guests that a binary runs.
    init(_ qemu: QEMUCapabilities) {
        self.init()
        arch = qemu.architecture
        wordsize = QEMUArchitecture.wordSize(arch)
        emulator = qemu.emulator
        let all = qemu.preferred?.machines ?? []
        machines = (all.filter(\.isDefault) + all.filter { !$0.isDefault }).flatMap { Self.machines($0) }
        domains = [QEMUAccelerator.tcg, .kvm, .hvf].filter { qemu.accelerations[$0] != nil }.map {
            Domain($0.virtType)
        }
        features = Features(qemu)
    }

    /// The machine by its full name, and by the short one.
    private static func machines(_ machine: QEMUMachine) -> [Machine] {
        let cpus = machine.maximumCPUs == 0 ? nil : UInt32(clamping: machine.maximumCPUs)
        var full = Machine(machine.name, maxCPUs: cpus)
        full.deprecated = machine.isDeprecated
        guard let alias = machine.alias else { return [full] }
        var short = Machine(alias, canonical: machine.name, maxCPUs: cpus)
        short.deprecated = machine.isDeprecated
        return [full, short]
    }
}

extension GuestCapabilities.Features {
    fileprivate init(_ qemu: QEMUCapabilities) {
        self.init()
        let arch = qemu.architecture
        pae = arch == "i686"
        nonpae = arch == "i686"
        if QEMUArchitecture.isX86(arch) || arch == "aarch64" { acpi = .init(default: true, toggles: true) }
        if QEMUArchitecture.isX86(arch) { apic = .init(default: true, toggles: false) }
        cpuSelection = !(qemu.preferred?.cpuModels.isEmpty ?? true)
        deviceBoot = true
        diskSnapshot = .init(default: true, toggles: false)
        externalSnapshot = true
    }
}

extension QEMUCapabilities {
    /// What the fastest accelerator offers.
    var preferred: QEMUAcceleration? { accelerations[.kvm] ?? accelerations[.hvf] ?? accelerations[.tcg] }

    /// The fastest accelerator.
    var preferredAccelerator: QEMUAccelerator? {
        [QEMUAccelerator.kvm, .hvf, .tcg].first { accelerations[$0] != nil }
    }
}

extension QEMUAccelerator {
    /// How documents name it.
    var virtType: DomainDefinition.VirtType {
        switch self {
        case .kvm: .kvm
        case .hvf: .hvf
        case .tcg: .qemu
        }
    }
}
