import VirtXML

extension DomainDefinition {
    /// What a definition may say, but no domain can be started with here.
    func checkStart(_ host: QEMUHost?) throws(ConfigurationError) {
        if let firmware = os.firmware, os.loader?.path == nil {
            throw .failed(
                "Unable to find '\(firmware.rawValue)' firmware that is compatible with the current configuration"
            )
        }
        if cpu?.mode == .hostPassthrough, type != .kvm, type != .hvf {
            let arch = os.arch ?? ""
            throw .unsupported(
                "CPU mode 'host-passthrough' for \(arch) \(type.rawValue) domain on \(host?.architecture ?? arch) host is not supported by hypervisor"
            )
        }
        if let host { try checkHostNodes(host) }
        for card in devices.interfaces where card.type == .hostdev && card.backend?.tap != nil {
            throw .unsupported(
                "interface \(card.mac?.address.xml ?? "") - custom tap device path is not supported for network interfaces of type hostdev"
            )
        }
        for shmem in devices.shmems {
            if let kind = shmem.info.address?.kind, kind != .pci {
                throw .unsupported("only 'pci' addresses are supported for the shared memory device")
            }
        }
    }
}
