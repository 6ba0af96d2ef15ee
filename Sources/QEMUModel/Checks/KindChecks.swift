import VirtXML

extension DomainDefinition {
    /// Whether this is a document of a machine that QEMU runs at all: asked before anything else.
    package func checkKind(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let kind = os.type
        if kind.isEmpty { throw .xml("an os <type> must be specified") }
        if !Self.systemKinds.contains(kind) { throw .unsupported("unknown OS type '\(kind)'") }
        if kind == "exe", os.`init`.program == nil { throw .xml("init binary must be specified") }
        let emulator = devices.emulator ?? qemu.emulator
        if kind != "hvm" { throw .unsupported("Emulator '\(emulator)' does not support os type '\(kind)'") }
        let isKnown = [.qemu, .kvm, .hvf].contains(type) && qemu.accelerations[QEMUAccelerator(type)] != nil
        if !isKnown, type != .qemu || !qemu.accelerations.isEmpty {
            throw .unsupported("Emulator '\(emulator)' does not support virt type '\(type.rawValue)'")
        }
    }

    /// What documents of any hypervisor may call a system.
    private static var systemKinds: Set<String> { ["hvm", "xen", "linux", "exe", "uml", "xenpvh"] }
}
