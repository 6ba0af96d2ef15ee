import ByteText
import LinuxSystem
import VirtXML

extension DeviceReader {
    /// A disk or a drive; nil for what is neither, as far as udev or its name tells.
    func storage(_ device: SystemDevice) -> Found? {
        guard let node = device.node, let type = Self.driveType(of: device) else { return nil }
        var storage = StorageCapability()
        (storage.block, storage.driveType) = (node, type)
        storage.bus = device.property("ID_BUS")
        storage.serial = device.property("ID_SERIAL")
        storage.vendor = device.text("device/vendor")
        storage.model = device.text("device/model")
        let medium = Medium(of: device)
        switch type {
        case "cdrom", "floppy": storage.removable = medium.removable(in: device, isDisc: type == "cdrom")
        default:
            storage.size = medium.size
            storage.logicalBlockSize = medium.blockSize
            storage.blockCount = medium.blocks
        }
        let name =
            storage.serial.map { Self.name("block", device.name, $0) } ?? Self.name("block", device.name)
        return (name, .storage(storage))
    }

    private static func driveType(of device: SystemDevice) -> String? {
        if let type = device.property("ID_TYPE") {
            return ["disk": "disk", "cd": "cdrom", "floppy": "floppy", "sd": "sd"][type]
        }
        let marks = [("ID_DRIVE_FLOPPY", "floppy"), ("ID_CDROM", "cdrom"), ("ID_DRIVE_FLASH_SD", "sd")]
        if let mark = marks.first(where: { device.property($0.0) == "1" }) { return mark.1 }
        // Of these udev says nothing of the kind.
        return device.name.hasBytePrefix("vd") || device.name.hasBytePrefix("nvme") ? "disk" : nil
    }
}

/// How large what is in a drive is.
private struct Medium {
    let blocks: UInt64
    let blockSize: UInt64

    init(of device: SystemDevice) {
        blocks = device.text("size").flatMap { UInt64($0) } ?? 0
        blockSize = device.text("queue/logical_block_size").flatMap { UInt64($0) } ?? 0
    }

    var size: UInt64 { blocks.multipliedReportingOverflow(by: blockSize).partialValue }

    /// What a drive is told to hold. A floppy tells of itself by its label alone.
    func removable(in device: SystemDevice, isDisc: Bool) -> StorageCapability.Removable {
        var medium = StorageCapability.Removable()
        let label = device.property("ID_FS_LABEL")
        guard isDisc ? device.property("ID_CDROM_MEDIA") == "1" : label != nil else { return medium }
        medium.mediaAvailable = 1
        medium.mediaLabel = label
        (medium.mediaSize, medium.logicalBlockSize, medium.blockCount) = (size, blockSize, blocks)
        return medium
    }
}
