import ByteText
import VirtXML

extension DomainDefinition {
    package func check(_ disk: DiskDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(disk.info)
        try checkGeneral(disk)
        try checkOwn(disk, qemu)
    }

    /// What no hypervisor's disk may be.
    private func checkGeneral(_ disk: DiskDevice) throws(ConfigurationError) {
        try checkImages(of: disk)
        try checkPassage(of: disk)
        if let tune = disk.iotune { try check(tune) }
        try checkThreadNames(of: disk)
        try checkAddressKind(of: disk)
        try checkBus(disk)
        if disk.source.type == .vhostuser { try checkVhostUser(disk) }
        if disk.source.type == .nvme, disk.source.nvme?.namespace == 0 {
            throw .unsupported("NVMe namespace can't be zero")
        }
        if disk.target.tray != nil, disk.device != .cdrom, disk.device != .floppy {
            throw .unsupported("tray is only valid for cdrom and floppy")
        }
        try checkLabels(of: disk)
        try checkFloppyBus(disk)
        if disk.target.removable != nil, disk.target.bus != .usb,
            disk.target.bus != .scsi || disk.device != .disk
        {
            throw .xml("removable is only valid for usb or scsi disks")
        }
        if let policy = disk.source.startupPolicy { try check(startupPolicy: policy, disk) }
        try checkWWN(of: disk)
        try checkFamily(of: disk)
        try checkPresence(disk)
    }

    /// What QEMU's disk may not be.
    private func checkOwn(_ disk: DiskDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkUnreferenced(disk)
        try checkThrottling(disk)
        try checkDrive(of: disk)
        try checkInfo(disk.info)
        try checkGeometry(disk)
        if disk.serial != nil, disk.target.bus == .sd {
            throw .internal("Serial property not supported for drive bus 'sd'")
        }
        if disk.device == .lun { try checkLUN(disk) }
        if disk.device == .cdrom, disk.target.bus == .virtio || disk.target.bus == .sd {
            throw .unsupported("disk type of '\(disk.target.dev)' does not support ejectable media")
        }
        try checkCopyOnRead(disk)
        try checkIdentity(disk)
        if disk.device == .lun, disk.target.bus != .scsi, disk.target.bus != .virtio {
            throw .unsupported("disk device='lun' is not supported for bus='\(disk.target.busName)'")
        }
        try checkRotation(disk)
        if disk.target.bus == .usb, let kind = disk.info.address?.kind, kind != .usb {
            throw .internal("unexpected address type for usb disk")
        }
        try checkDriver(disk)
        try checkSerial(disk)
        try checkThreads(of: disk)
        if let tune = disk.iotune {
            if disk.target.bus == .sd { throw .unsupported("<iotune> is not supported with bus='sd'") }
            try checkSizes(of: tune)
        }
        try checkTransient(disk)
        try checkShared(disk)
        try checkDriverName(disk)
        try checkPartition(disk)
        try checkFormat(disk)
        if let encryption = disk.source.encryption ?? disk.encryption {
            try check(encryption, of: disk.source, disk.driver.format, qemu)
        }
        try checkLayers(of: disk, qemu)
        try checkSource(disk, qemu)
        if disk.source.type == .vhostuser { try requireSharedMemory("vhostuser") }
        if disk.source.type == .vhostvdpa { try checkVDPA(disk) }
    }

    /// Floppy drives have a bus of their own.
    private func checkFloppyBus(_ disk: DiskDevice) throws(ConfigurationError) {
        if disk.device == .floppy, disk.target.bus != .fdc {
            throw .internal("Invalid bus type '\(disk.target.busName)' for floppy disk")
        }
        if disk.device != .floppy, disk.target.bus == .fdc {
            throw .internal("Invalid bus type 'fdc' for disk")
        }
    }

    /// Drives of the kind are called so.
    private func checkFamily(of disk: DiskDevice) throws(ConfigurationError) {
        let name = disk.target.dev
        switch disk.device {
        case .floppy where !name.hasBytePrefix("fd"):
            throw .internal("Invalid floppy device name: \(name)")
        case .disk where !["hd", "sd", "vd", "xvd", "ubd"].contains(where: name.hasBytePrefix),
            .lun where !["hd", "sd", "vd", "xvd", "ubd"].contains(where: name.hasBytePrefix):
            throw .internal("Invalid harddisk device name: \(name)")
        default: break
        }
    }

    /// What is made up from names must have names that say where it is.
    func checkName(of disk: DiskDevice) throws(ConfigurationError) {
        if DiskTarget.index(disk.target.dev) == nil {
            throw .xml("Unknown disk name '\(disk.target.dev)' and no address specified")
        }
    }

    private func checkPartition(_ disk: DiskDevice) throws(ConfigurationError) {
        let dev = disk.target.dev
        let end = Array(dev.utf8.suffix(2))
        if end.count == 2, end[1].isDigit, !end[0].isDigit, DiskTarget.index(dev) != nil {
            throw .unsupported("invalid disk target '\(dev)', partitions can't appear in disk targets")
        }
    }

    private func checkRotation(_ disk: DiskDevice) throws(ConfigurationError) {
        guard disk.target.rotationRate != nil else { return }
        if ![.scsi, .ide, .sata].contains(disk.target.bus) {
            throw .internal("rotation rate is only valid for SCSI/IDE/SATA bus")
        }
        if disk.device != .disk { throw .internal("rotation rate is only valid for disk device") }
    }

    /// What only disks of the virtio family have.
    private func checkBus(_ disk: DiskDevice) throws(ConfigurationError) {
        guard disk.target.bus != .virtio else { return }
        if let model = disk.model {
            throw .unsupported(
                "disk model '\(model.rawValue)' not supported for bus '\(disk.target.busName)'")
        }
        let driver = disk.driver
        if driver.queues != nil {
            throw .unsupported("queues attribute in disk driver element is only supported for virtio bus")
        }
        if driver.queueSize != nil {
            throw .unsupported("queue_size attribute in disk driver is only supported for virtio bus")
        }
        if driver.eventIndex != nil {
            throw .unsupported("disk event_idx mode supported only for virtio bus")
        }
        if driver.ioeventfd != nil {
            throw .unsupported("disk ioeventfd mode supported only for virtio bus")
        }
        try check(driver.virtio, isVirtio: false)
    }

    private func checkIdentity(_ disk: DiskDevice) throws(ConfigurationError) {
        if disk.wwn != nil {
            if disk.target.bus != .ide, disk.target.bus != .scsi {
                throw .unsupported("Only ide and scsi disk support wwn")
            }
            if disk.device == .lun { throw .unsupported("Setting wwn is not supported for lun device") }
        }
        if disk.vendor != nil, disk.target.bus != .scsi {
            throw .unsupported("Only scsi disk supports 'vendor'")
        }
        if disk.product != nil, ![.ide, .sata, .scsi].contains(disk.target.bus) {
            throw .unsupported("Only ide, sata and scsi disk supports 'product'")
        }
        if disk.vendor != nil || disk.product != nil, disk.device == .lun {
            throw .unsupported("Setting vendor or product is not supported for lun device")
        }
        if disk.readonly, disk.device == .disk, disk.target.bus == .ide || disk.target.bus == .sata {
            throw .unsupported("readonly \(disk.target.busName) disks are not supported")
        }
    }

    /// A serial number reaches the guest in forms that know letters and digits only.
    private func checkSerial(_ disk: DiskDevice) throws(ConfigurationError) {
        guard let serial = disk.serial else { return }
        if !serial.consistsOfAlphanumerics(or: "-_ +.") {
            throw .internal("driver serial '\(serial)' contains unsafe characters")
        }
        if disk.device == .lun, disk.target.bus == .scsi {
            throw .unsupported("scsi-block 'lun' devices do not support the serial property")
        }
    }

    /// How the disk is named to the guest, whatever it is.
    private func checkLabels(of disk: DiskDevice) throws(ConfigurationError) {
        // Those of SCSI have less room than those of other buses.
        let room = disk.target.bus == .scsi ? 16 : 40
        for (name, text, most) in [("vendor", disk.vendor, 8), ("product", disk.product, room)] {
            guard let text else { continue }
            if !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
                throw .xml("disk \(name) is not printable string")
            }
            if text.utf8.count > most {
                throw .unsupported("disk \(name) is more than \(most) characters")
            }
        }
    }

    private func checkWWN(of disk: DiskDevice) throws(ConfigurationError) {
        guard let wwn = disk.wwn else { return }
        let digits = wwn.droppingBytePrefix("0x") ?? wwn[...]
        guard digits.utf8.count == 16, digits.utf8.allSatisfy(\.isAlphanumeric),
            UInt64(digits, radix: 16) != nil
        else {
            throw .internal("Malformed wwn: \(wwn)")
        }
    }

    private func checkGeometry(_ disk: DiskDevice) throws(ConfigurationError) {
        guard let geometry = disk.geometry else { return }
        let bus = disk.target.bus
        if bus == .usb || bus == .sd {
            throw .unsupported("CHS geometry can not be set for '\(disk.target.busName)' bus")
        }
        if let translation = geometry.translation, translation != .default, bus != .ide {
            throw .unsupported(
                "CHS translation mode can only be set for 'ide' bus not '\(disk.target.busName)'")
        }
    }

    func check(
        _ encryption: StorageEncryption, of source: StorageSource, _ format: StorageFormat?,
        _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        if encryption.format == .qcow || encryption.format == .default {
            throw .unsupported("old qcow/qcow2 encryption is not supported")
        }
        if encryption.engine != .librbd { try checkOwn(encryption, format ?? .raw) }
        guard encryption.engine == .librbd else { return }
        if source.type != .network || source.network?.protocol != .rbd {
            throw .unsupported("librbd encryption is supported only with RBD backed disks")
        }
        if encryption.secrets.count > 1, !qemu.schema.has("blockdev-add", "rbd", "encrypt", "parent") {
            throw .unsupported("librbd encryption layering is not supported by this QEMU binary")
        }
        if encryption.format == .luksAny, !qemu.schema.has("blockdev-add", "rbd", "encrypt", "luks-any") {
            throw .unsupported("luks-any encryption is not supported by this QEMU binary")
        }
    }

    /// What QEMU itself can decrypt.
    private func checkOwn(_ encryption: StorageEncryption, _ format: StorageFormat) throws(ConfigurationError)
    {
        if encryption.format != .luks {
            throw .unsupported(
                "'\(encryption.format.rawValue)' is currently not supported by the qemu encryption engine")
        }
        if encryption.secrets.count > 1 {
            throw .unsupported("qemu encryption engine expects only a single secret")
        }
        if format != .raw, format != .qcow2 {
            throw .unsupported("encryption is supported only with 'raw' and 'qcow2' image format")
        }
    }

    private func checkFormat(_ disk: DiskDevice) throws(ConfigurationError) {
        if disk.driver.format == .luks { throw .unsupported("unknown driver format value 'luks'") }
        try check(disk.source, disk.driver.format, cache: disk.driver.metadataCacheSize)
        for (image, source) in disk.layers {
            try check(source, image.format, cache: image.metadataCacheSize)
        }
    }

    /// An image, and what it is said to be.
    private func check(
        _ source: StorageSource, _ format: StorageFormat?, cache: ByteSize?
    ) throws(ConfigurationError) {
        switch format {
        case .dir:
            throw .unsupported(
                "'directory' storage format is not directly supported by QEMU, use 'dir' disk type instead")
        case .iso:
            throw .unsupported("storage format 'iso' is not directly supported by QEMU, use 'raw' instead")
        case .cow:
            throw .unsupported("'cow' storage format is not supported")
        case .fat where ![.dir, .volume].contains(source.actualType) && !source.isEmpty:
            throw .unsupported("storage format 'fat' is supported only with 'dir' storage type")
        default: break
        }
        if source.actualType == .dir, let format, format != .fat {
            throw .unsupported("storage type 'dir' requires use of storage format 'fat'")
        }
        if cache != nil, format != .qcow2 {
            throw .unsupported("metadata cache max size control is supported only with qcow2 images")
        }
    }
}
