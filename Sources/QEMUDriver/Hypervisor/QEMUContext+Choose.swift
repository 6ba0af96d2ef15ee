import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// A binary, and how it is to run a domain.
struct QEMUChoice: Sendable {
    var qemu: QEMUCapabilities
    var architecture: String
    /// The machine's full name.
    var machine: String
    var accelerator: QEMUAccelerator
}

extension QEMUContext {
    /// Finds what a client means by what it says of binary, architecture, machine and kind; each may be left open.
    func choose(
        emulator: String?, architecture: String?, machine: String?, virtType: String?
    ) async throws(VirtError) -> QEMUChoice {
        if let virtType, DomainDefinition.VirtType(rawValue: virtType) == nil {
            throw VirtError(.invalidArg, "unknown virttype: \(virtType)", from: .qemu)
        }
        if let architecture, !QEMUArchitecture.names.contains(architecture) {
            throw VirtError(.invalidArg, "unknown architecture: \(architecture)", from: .qemu)
        }
        let qemu = try await capabilities(of: try path(emulator, architecture))
        try qemu.check(architecture)
        let accelerator = try qemu.accelerator(for: virtType)
        let machine = try qemu.machine(machine, accelerator)
        return QEMUChoice(
            qemu: qemu, architecture: architecture ?? qemu.architecture, machine: machine,
            accelerator: accelerator)
    }

    private func path(_ emulator: String?, _ architecture: String?) throws(VirtError) -> String {
        if let emulator {
            if FileSystem.exists(emulator) { return emulator }
            let text = "Cannot check QEMU binary \(emulator)"
            throw VirtError(SystemError(call: "access", errno: 2, context: emulator), text)
        }
        let wanted = architecture ?? KernelFacts().machine
        if let found = QEMUArchitecture.emulator(for: wanted) { return found }
        let detail = "unable to find any emulator to serve '\(wanted)' architecture"
        throw VirtError(.configUnsupported, detail, from: .qemu)
    }
}

extension QEMUCapabilities {
    /// A 64-bit binary runs 32-bit guests too.
    fileprivate func check(_ wanted: String?) throws(VirtError) {
        guard let wanted, QEMUArchitecture.binary(wanted) != QEMUArchitecture.binary(architecture) else {
            return
        }
        let also = ["x86_64": "i686", "aarch64": "armv7l", "s390x": "s390"]
        if also[architecture] == wanted { return }
        let text = "architecture from emulator '\(architecture)' doesn't match given architecture '\(wanted)'"
        throw VirtError(.invalidArg, text, from: .qemu)
    }

    fileprivate func accelerator(for virtType: String?) throws(VirtError) -> QEMUAccelerator {
        guard let virtType else { return preferredAccelerator ?? .tcg }
        if let kind = DomainDefinition.VirtType(rawValue: virtType),
            let found = QEMUAccelerator.allCases.first(where: { $0.virtType == kind }),
            accelerations[found] != nil
        {
            return found
        }
        throw VirtError(
            .invalidArg, "Emulator '\(emulator)' does not support virt type '\(virtType)'", from: .qemu)
    }

    fileprivate func machine(_ name: String?, _ accelerator: QEMUAccelerator) throws(VirtError) -> String {
        let acceleration = accelerations[accelerator]
        if let name {
            if let machine = acceleration?.machine(named: name) { return machine.name }
            throw VirtError(
                .invalidArg, "the machine '\(name)' is not supported by emulator '\(emulator)'", from: .qemu)
        }
        return (acceleration?.defaultMachine(of: architecture) ?? acceleration?.machines.first)?.name
            ?? "none"
    }
}
