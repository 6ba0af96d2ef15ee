import ByteText
import VirtXML

extension DomainDefinition {
    /// Whether there is something to be read, and what is done where it is missing.
    func checkPresence(_ disk: DiskDevice) throws(ConfigurationError) {
        let source = disk.source
        if source.isEmpty, source.type != .volume, disk.device == .disk || disk.device == .lun {
            throw .noSource(disk.target.dev)
        }
    }

    /// What a disk's source may be.
    func checkSource(_ disk: DiskDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let source = disk.source
        if source.type == .dir, !source.isEmpty, !disk.readonly {
            throw .unsupported("virtual FAT storage can't be accessed in read-write mode")
        }
        guard source.type == .network, let network = source.network else { return }
        try check(network, disk, qemu)
    }

    /// What the images that a disk is made of may say, its own first.
    func checkImages(of disk: DiskDevice) throws(ConfigurationError) {
        try check(disk.source, disk.auth ?? disk.source.auth, disk.encryption ?? disk.source.encryption)
        try checkDataStore(of: disk.source, disk.driver.format)
        for (image, source) in disk.layers {
            try check(source, source.auth, source.encryption)
            try checkDataStore(of: source, image.format)
        }
    }

    /// What QEMU can't open of what is below a disk's image.
    func checkLayers(of disk: DiskDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for (image, source) in disk.layers {
            if let encryption = source.encryption {
                try check(encryption, of: source, image.format, qemu)
            }
            if source.type == .network, let network = source.network { try checkServers(of: network) }
        }
    }

    /// Only one format keeps its data in another file, which is nothing but data.
    private func checkDataStore(of source: StorageSource, _ format: StorageFormat?) throws(ConfigurationError)
    {
        guard let store = source.dataStore else { return }
        if format != .qcow2 {
            throw .unsupported("<dataStore> feature available only with qcow2 images")
        }
        if store.format != .raw { throw .unsupported("only 'raw' images supported as <dataStore>") }
    }

    private func check(
        _ source: StorageSource, _ auth: StorageAuth?, _ encryption: StorageEncryption?
    ) throws(ConfigurationError) {
        if source.type == .network, let network = source.network {
            if network.protocol == .sheepdog {
                throw .unsupported("'sheepdog' protocol is no longer supported by any hypervisor driver")
            }
            if let auth { try check(auth, network.protocol) }
        }
        if encryption?.cipher != nil {
            throw .unsupported("supplying <cipher> for domain disk definition is unnecessary")
        }
    }

    private func check(
        _ auth: StorageAuth, _ server: NetworkStorage.NetworkProtocol
    ) throws(ConfigurationError) {
        if ![.iscsi, .http, .https, .ftp, .ftps, .rbd, .ssh].contains(server) {
            throw .unsupported("authentication is not supported for protocol '\(server.rawValue)'")
        }
        let kind = auth.secret.type ?? "<null>"
        if SecretDefinition.Kind(rawValue: kind) == nil {
            throw .unsupported("unknown secret type '\(kind)'")
        }
        if server == .rbd && kind != "ceph" || server == .iscsi && kind != "iscsi" {
            throw .unsupported("invalid secret type '\(kind)'")
        }
    }

    func check(
        startupPolicy policy: StorageSource.StartupPolicy, _ disk: DiskDevice
    ) throws(ConfigurationError) {
        let type = disk.source.type
        if ![.file, .block, .dir, .volume].contains(type) {
            throw .xml(
                "disk startupPolicy '\(policy.rawValue)' is not allowed for disk of '\(type.rawValue)' type")
        }
        if policy == .requisite, disk.device != .cdrom, disk.device != .floppy {
            throw .xml("disk startupPolicy 'requisite' is allowed only for cdrom or floppy")
        }
    }

    /// What only a disk that is passed through to the guest as it is may be told.
    func checkPassage(of disk: DiskDevice) throws(ConfigurationError) {
        if disk.device == .lun {
            if disk.sgIO == .unfiltered { throw .unsupported("unfiltered sgio is no longer supported") }
            return try checkLUNSource(disk.source)
        }
        if disk.sgIO == .unfiltered { throw .unsupported("unfiltered sgio is no longer supported") }
        if disk.source.reservations != nil {
            throw .unsupported("<reservations/> allowed only for lun devices")
        }
        if disk.rawIO != nil { throw .unsupported("rawio can be used only with device='lun'") }
        if disk.sgIO != nil { throw .unsupported("sgio can be used only with device='lun'") }
    }

    private func check(
        _ network: NetworkStorage, _ disk: DiskDevice, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        if network.tlsHostname != nil, network.protocol != .nbd {
            throw .unsupported("'tlsHostname' field is supported only with NBD disks")
        }
        if network.protocol == .tftp, !qemu.schema.has("blockdev-add", "tftp") {
            throw .unsupported("'tftp' protocol is not supported with this QEMU binary")
        }
        try checkServers(of: network)
    }

    private func checkServers(of network: NetworkStorage) throws(ConfigurationError) {
        switch network.protocol {
        case .nfs where network.hosts.count != 1:
            throw .unsupported("'nfs' protocol requires the usage of exactly one host")
        case .nfs where network.hosts.contains { $0.transport != .tcp && $0.transport != nil }:
            throw .unsupported("'nfs' host must use TCP protocol")
        case .nfs where network.hosts.contains { $0.port != nil }:
            throw .unsupported("port cannot be specified in 'nfs' protocol host")
        default: break
        }
    }

    private func checkLUNSource(_ source: StorageSource) throws(ConfigurationError) {
        if source.type == .network, let network = source.network {
            if network.protocol != .iscsi {
                throw .unsupported(
                    "disk device='lun' is not supported for protocol='\(network.protocol.rawValue)'")
            }
        } else if source.type != .block, source.type != .volume {
            throw .unsupported("disk device='lun' is only valid for block type disk source")
        }
    }

    /// What QEMU passes through to the guest as it is.
    func checkLUN(_ disk: DiskDevice) throws(ConfigurationError) {
        if let format = disk.driver.format, format != .raw {
            throw .unsupported("disk device 'lun' must use 'raw' format")
        }
        if disk.source.encryption != nil || disk.encryption != nil {
            throw .unsupported("disk device 'lun' doesn't support encryption")
        }
        // QEMU's virtio disks have passed nothing through since long ago.
        if disk.target.bus == .virtio {
            throw .unsupported("This QEMU doesn't support SCSI emulation with 'virtio-blk' device")
        }
    }

    /// A disk whose data the guest's own requests reach directly.
    func checkVDPA(_ disk: DiskDevice) throws(ConfigurationError) {
        try requireSharedMemory("vhostvdpa")
        let cache = disk.driver.cache
        if cache != DiskDriver.Cache.none, cache != .directsync {
            throw .unsupported("disk type 'vhostvdpa' requires cache mode 'directsync' or 'none'")
        }
    }
}
