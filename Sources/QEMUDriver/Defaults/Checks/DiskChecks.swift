import VirtXML

extension DomainDefinition {
    func check(_ disk: DiskDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkTarget(disk)
        if disk.vendor != nil || disk.product != nil, disk.target.bus != .scsi {
            throw .unsupported("Only scsi disk supports '\(disk.vendor != nil ? "vendor" : "product")'")
        }
        if disk.auth != nil, disk.source.auth != nil {
            throw .unsupported("an <auth> definition already found for disk source")
        }
        if disk.source.type == .network, let auth = disk.auth ?? disk.source.auth,
            auth.secret.type == nil || auth.secret.reference == SecretReference()
        {
            throw .unsupported("unknown secret type '<null>'")
        }
        if disk.source.reservations != nil, disk.device != .lun {
            throw .unsupported("<reservations/> allowed only for lun devices")
        }
        if let encryption = disk.source.encryption ?? disk.encryption { try check(encryption, qemu) }
        try checkFormat(disk)
    }

    private func checkTarget(_ disk: DiskDevice) throws(ConfigurationError) {
        let dev = disk.target.dev
        if dev.last?.isNumber == true, dev.dropLast().last?.isLetter == true, DiskTarget.index(dev) != nil {
            throw .unsupported("invalid disk target '\(dev)', partitions can't appear in disk targets")
        }
        if DiskTarget.index(dev) == nil {
            throw .xml("Unknown disk name '\(dev)' and no address specified")
        }
    }

    private func check(_ encryption: StorageEncryption, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if encryption.cipher != nil {
            throw .unsupported("supplying <cipher> for domain disk definition is unnecessary")
        }
        guard encryption.engine == .librbd else { return }
        if encryption.secrets.count > 1, !qemu.schema.has("blockdev-add", "rbd", "encrypt", "parent") {
            throw .unsupported("librbd encryption layering is not supported by this QEMU binary")
        }
        if encryption.format == .luksAny, !qemu.schema.has("blockdev-add", "rbd", "encrypt", "luks-any") {
            throw .unsupported("luks-any encryption is not supported by this QEMU binary")
        }
    }

    private func checkFormat(_ disk: DiskDevice) throws(ConfigurationError) {
        switch disk.driver.format {
        case .dir:
            throw .unsupported(
                "'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead")
        case .iso:
            throw .unsupported("storage format 'iso' is not directly supported by QEMU, use 'raw' instead")
        default: break
        }
    }

    /// A name stands for one disk.
    func checkTargets() throws(ConfigurationError) {
        var sources: [String: String] = [:]
        for disk in devices.disks {
            let source = disk.source.path ?? ""
            if let other = sources[disk.target.dev] {
                throw .xml(
                    "target '\(disk.target.dev)' duplicated for disk sources '\(other)' and '\(source)'")
            }
            sources[disk.target.dev] = source
        }
    }

    func check(_ folder: FilesystemDevice) throws(ConfigurationError) {
        if folder.info.boot != nil, folder.info.address?.kind != .pci {
            throw .unsupported("setting virtiofs boot order is supported only with PCI bus")
        }
    }
}
