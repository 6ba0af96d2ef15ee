import VirtXML

extension DomainDefinition {
    /// Whether this is a document of a system at all: asked before anything else.
    package func checkKind() throws(ConfigurationError) {
        let kind = os.type
        if kind.isEmpty { throw .xml("an os <type> must be specified") }
        if !Self.systemKinds.contains(kind) { throw .unsupported("unknown OS type '\(kind)'") }
        if kind == "exe", os.`init`.program == nil { throw .xml("init binary must be specified") }
    }

    /// Whether the binary runs such a machine.
    func checkEmulator(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let emulator = devices.emulator ?? qemu.emulator, kind = os.type, arch = os.arch ?? ""
        if !QEMUArchitecture.runs(arch, on: qemu.architecture) {
            throw .unsupported("Emulator '\(emulator)' does not support arch '\(arch)'")
        }
        if kind != "hvm" {
            // A guest that knows of Xen is one of its own kind.
            let name = kind == "linux" && type == .xen ? "xen" : kind
            throw .unsupported("Emulator '\(emulator)' does not support os type '\(name)'")
        }
        let isKnown = [.qemu, .kvm, .hvf].contains(type) && qemu.accelerations[QEMUAccelerator(type)] != nil
        if !isKnown, type != .qemu || !qemu.accelerations.isEmpty {
            let why = type == .kvm ? qemu.whyWithoutKVM.map { ": \($0)" } ?? "" : ""
            throw .unsupported("Emulator '\(emulator)' does not support virt type '\(type.rawValue)'\(why)")
        }
        let offered = qemu.accelerations[QEMUAccelerator(type)]
        if let machine = os.machine, let offered, offered.machine(named: machine) == nil {
            throw .unsupported("Emulator '\(emulator)' does not support machine type '\(machine)'")
        }
    }

    /// What documents of any hypervisor may call a system.
    private static var systemKinds: Set<String> { ["hvm", "xen", "linux", "exe", "uml", "xenpvh"] }
}
