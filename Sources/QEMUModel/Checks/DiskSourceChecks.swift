import ByteText
import VirtXML

extension DomainDefinition {
    /// Whether there is something to be read, and what is done where it is missing.
    func checkPresence(_ disk: DiskDevice) throws(ConfigurationError) {
        let source = disk.source
        if source.isEmpty, source.type != .volume, disk.device == .disk || disk.device == .lun {
            throw .noSource(disk.target.dev)
        }
        if let policy = source.startupPolicy { try check(policy, disk) }
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

    /// What a document can't say of a source, whatever the disk.
    func checkWords(of disk: DiskDevice) throws(ConfigurationError) {
        let source = disk.source
        if source.type == .nvme, source.nvme?.namespace == 0 {
            throw .unsupported("NVMe namespace can't be zero")
        }
        if let network = source.network, source.type == .network {
            for host in network.hosts where host.transport == .unix && host.socket == nil {
                throw .xml("missing socket for unix transport")
            }
            let name = network.name ?? ""
            if [.rbd, .gluster].contains(network.protocol),
                name.hasBytePrefix("/") || !name.contains(byte: "/")
            {
                throw .xml("can't split path '\(name)' into pool name and image name")
            }
        }
        try check(source.reservations, disk)
        if disk.driver.format == .luks { throw .unsupported("unknown driver format value 'luks'") }
    }

    private func check(_ policy: StorageSource.StartupPolicy, _ disk: DiskDevice) throws(ConfigurationError) {
        let type = disk.source.type
        if ![.file, .block, .dir, .volume].contains(type) {
            throw .xml(
                "disk startupPolicy '\(policy.rawValue)' is not allowed for disk of '\(type.rawValue)' type")
        }
        if policy == .requisite, disk.device != .cdrom, disk.device != .floppy {
            throw .xml("disk startupPolicy 'requisite' is allowed only for cdrom or floppy")
        }
    }

    private func check(_ reservations: Reservations?, _ disk: DiskDevice) throws(ConfigurationError) {
        guard let reservations else { return }
        if disk.device != .lun { throw .unsupported("<reservations/> allowed only for lun devices") }
        guard reservations.managed == false else { return }
        guard let helper = reservations.source else {
            throw .xml("missing connection type for <reservations/>")
        }
        if helper.path ?? "" == "" { throw .xml("missing path for <reservations/>") }
        if helper.mode != "client" {
            throw .xml("unsupported connection mode for <reservations/>: \(helper.mode)")
        }
    }

    private func check(
        _ network: NetworkStorage, _ disk: DiskDevice, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        if network.tlsHostname != nil, network.protocol != .nbd {
            throw .unsupported("'tlsHostname' field is supported only with NBD disks")
        }
        switch network.protocol {
        case .tftp where !qemu.schema.has("blockdev-add", "tftp"):
            throw .unsupported("'tftp' protocol is not supported with this QEMU binary")
        case .nfs where network.hosts.count != 1:
            throw .unsupported("'nfs' protocol requires the usage of exactly one host")
        case .nfs where network.hosts.contains { $0.port != nil }:
            throw .unsupported("port cannot be specified in 'nfs' protocol host")
        default: break
        }
    }

    /// A disk that is passed through to the guest as it is.
    func checkLUNSource(_ disk: DiskDevice) throws(ConfigurationError) {
        let source = disk.source
        if source.type == .network, let network = source.network {
            if network.protocol != .iscsi {
                throw .unsupported(
                    "disk device='lun' is not supported for protocol='\(network.protocol.rawValue)'")
            }
        } else if source.type != .block, source.type != .volume {
            throw .unsupported("disk device='lun' is only valid for block type disk source")
        }
        let bus = disk.target.bus
        if bus != .scsi, bus != .virtio {
            throw .unsupported("disk device='lun' is not supported for bus='\(disk.target.busName)'")
        }
    }

    /// The same, as far as it is QEMU that reads it.
    func checkLUN(_ disk: DiskDevice) throws(ConfigurationError) {
        if let format = disk.driver.format, format != .raw {
            throw .unsupported("disk device 'lun' must use 'raw' format")
        }
        if disk.source.encryption != nil || disk.encryption != nil {
            throw .unsupported("disk device 'lun' doesn't support encryption")
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
