import VirtXML

extension DomainDefinition {
    /// What can be seen to be wrong before anything is filled in.
    func checkQEMU(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if qemu.accelerations[QEMUAccelerator(type)] == nil, type == .kvm || type == .hvf {
            throw .unsupported(
                "Emulator '\(devices.emulator ?? "")' does not support virt type '\(type.rawValue)'")
        }
    }

    /// What can be seen to be wrong once all is filled in.
    func checkQEMUDevices(_ qemu: QEMUCapabilities) throws(ConfigurationError) {}
}
