import Virt
import VirtXML

/// Guests of one architecture, and the binary that runs them.
package struct InstalledGuest: Equatable, Sendable {
    package var architecture: String
    package var binary: QEMUSummary

    package init(architecture: String, binary: QEMUSummary) {
        (self.architecture, self.binary) = (architecture, binary)
    }
}

extension GuestCapabilities {
    package init(_ guest: InstalledGuest) {
        self.init()
        let all = guest.binary.machines
        arch = guest.architecture
        wordsize = QEMUArchitecture.wordSize(arch)
        emulator = guest.binary.emulator
        let usual = all.usual(of: arch)
        machines = ([usual].compactMap(\.self) + all.filter { $0 != usual }).flatMap { Self.machines($0) }
        domains = [QEMUAccelerator.tcg, .kvm].filter(guest.binary.accelerators.contains).map {
            Domain($0.virtType)
        }
        features = Features(guest)
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
    fileprivate init(_ guest: InstalledGuest) {
        self.init()
        let arch = guest.architecture
        pae = arch == "i686"
        nonpae = arch == "i686"
        if QEMUArchitecture.isX86(arch) || arch == "aarch64" { acpi = .init(default: true, toggles: true) }
        if QEMUArchitecture.isX86(arch) { apic = .init(default: true, toggles: false) }
        cpuSelection = true
        deviceBoot = true
        diskSnapshot = .init(default: true, toggles: false)
        externalSnapshot = true
    }
}

extension QEMUCapabilities {
    /// The fastest accelerator.
    package var preferredAccelerator: QEMUAccelerator? {
        [QEMUAccelerator.kvm, .hvf, .tcg].first { accelerations[$0] != nil }
    }
}

extension QEMUAccelerator {
    /// How documents name it.
    package var virtType: DomainDefinition.VirtType {
        switch self {
        case .kvm: .kvm
        case .hvf: .hvf
        case .tcg: .qemu
        }
    }
}
