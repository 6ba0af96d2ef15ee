import ByteText
import JSON
import VirtXML

extension QEMUGuest {
    /// The device that the guest sees a disk as; `drive` is the node behind it, nil for an empty tray.
    package func device(for disk: DiskDevice, drive: String?) throws(ConfigurationError) -> JSONObject {
        var device = try front(of: disk)
        device.add("share-rw", disk.shareable ? true : nil)
        device.add("drive", drive)
        device.add("id", try alias(of: disk.info))
        if disk.target.bus != .fdc { addBoot(of: disk.info, to: &device) }
        addBlockSizes(of: disk, to: &device)
        addIdentity(of: disk, to: &device)
        if disk.target.bus == .usb || disk.target.removable != nil {
            device.add("removable", disk.target.removable ?? false)
        }
        addCache(of: disk, to: &device)
        addGeometry(of: disk, to: &device)
        device.add("serial", disk.serialText)
        addErrorPolicies(of: disk, to: &device)
        return device
    }

    private func front(of disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        switch disk.target.bus {
        case .ide, .sata: return try ata(disk)
        case .scsi: return try scsi(disk)
        case .virtio: return try virtio(disk)
        case .usb: return try usb(disk)
        case .fdc: return try floppy(disk)
        case .sd, .xen, .uml, nil:
            throw .internal("unsupported disk bus '\(disk.target.busName)' with device setup")
        }
    }

    private func place(_ disk: DiskDevice) throws(ConfigurationError) -> DriveAddress {
        guard let place = disk.info.address?.drive else {
            throw .internal("disk '\(disk.target.dev)' has no drive address")
        }
        return place
    }

    private func ata(_ disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        let place = try place(disk)
        var device: JSONObject = ["driver": disk.device == .cdrom ? "ide-cd" : "ide-hd"]
        if disk.target.bus == .ide {
            // The two channels of the IDE controller count as buses, on which there are two disks each.
            let alias = try controllerAlias(.ide, place.controller)
            device.add("bus", "\(alias).\(place.bus)")
            device.add("unit", place.unit)
        } else {
            device.add("bus", "\(try controllerAlias(.sata, place.controller)).\(place.unit)")
        }
        return device
    }

    private func scsi(_ disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        let place = try place(disk)
        let alias = try controllerAlias(.scsi, place.controller)
        var device: JSONObject = ["driver": .string(scsiDriver(disk)), "bus": .string("\(alias).0")]
        let model = controller(.scsi, place.controller)?.model
        if model == "lsilogic" || model == "dc390" || model == "am53c974" || isNarrowSCSI(model) {
            device.add("scsi-id", place.unit)
        } else {
            device.add("channel", place.bus)
            device.add("scsi-id", place.target)
            device.add("lun", place.unit)
        }
        if disk.device != .lun {
            let name = try self.alias(of: disk.info)
            device.add("device_id", disk.serial ?? "drive-" + name)
        }
        return device
    }

    private func isNarrowSCSI(_ model: String?) -> Bool { model == "ncr53c90" }

    private func scsiDriver(_ disk: DiskDevice) -> String {
        switch disk.device {
        case .lun: "scsi-block"
        case .cdrom: "scsi-cd"
        case .disk, .floppy: "scsi-hd"
        }
    }

    private func virtio(_ disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        var device: JSONObject = [
            "driver": .string(try virtioDriver("virtio-blk", disk.info, model: disk.model))
        ]
        addVirtio(disk.driver.virtio, to: &device)
        if let iothread = disk.driver.iothread { device.add("iothread", "iothread\(iothread)") }
        device.add("ioeventfd", disk.driver.ioeventfd)
        device.add("event_idx", disk.driver.eventIndex)
        device.add("num-queues", disk.driver.queues)
        device.add("queue-size", disk.driver.queueSize)
        device.add("iothread-vq-mapping", Self.mapping(disk.driver.iothreads))
        try addAddress(of: disk.info, to: &device)
        return device
    }

    private func usb(_ disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        var device: JSONObject = ["driver": "usb-storage"]
        try addAddress(of: disk.info, to: &device)
        return device
    }

    private func floppy(_ disk: DiskDevice) throws(ConfigurationError) -> JSONObject {
        ["driver": "floppy", "unit": JSONValue(try place(disk).unit)]
    }

    private func addIdentity(of disk: DiskDevice, to device: inout JSONObject) {
        if let wwn = disk.wwn {
            device.add("wwn", UInt64(wwn, radix: 16).map { JSONValue($0) } ?? .string(wwn))
        }
        if [.ide, .sata, .scsi].contains(disk.target.bus) {
            device.add("rotation_rate", disk.target.rotationRate)
        }
        device.add("vendor", disk.vendor)
        let isATA = disk.target.bus == .ide || disk.target.bus == .sata
        device.add(isATA ? "model" : "product", disk.product)
    }

    private func addGeometry(of disk: DiskDevice, to device: inout JSONObject) {
        guard let geometry = disk.geometry else { return }
        device.add("cyls", geometry.cylinders)
        device.add("heads", geometry.heads)
        device.add("secs", geometry.sectors)
        if let translation = geometry.translation, translation != .default {
            device.add("bios-chs-trans", translation.rawValue)
        }
    }

    private func addBlockSizes(of disk: DiskDevice, to device: inout JSONObject) {
        device.add("logical_block_size", disk.blockIO?.logicalBlockSize)
        device.add("physical_block_size", disk.blockIO?.physicalBlockSize)
        device.add("discard_granularity", disk.blockIO?.discardGranularity)
    }

    /// Whether the guest sees a write cache that it must flush.
    private func addCache(of disk: DiskDevice, to device: inout JSONObject) {
        guard disk.device != .lun else { return }
        switch disk.effectiveDriver.cache {
        case nil, .default: break
        case .writethrough, .directsync: device.add("write-cache", "off")
        case DiskDriver.Cache.none?, .writeback, .unsafe: device.add("write-cache", "on")
        }
    }

    private func addErrorPolicies(of disk: DiskDevice, to device: inout JSONObject) {
        guard disk.device != .lun else { return }
        let writing = disk.driver.errorPolicy
        let reading = disk.driver.readErrorPolicy
        device.add("werror", writing.map { $0 == .enospace ? "enospc" : $0.rawValue })
        let implied = writing == .enospace ? nil : writing
        device.add("rerror", (reading ?? implied)?.rawValue)
    }
}

extension DiskDevice {
    /// How the disk is served: one that several guests write to must not be kept in the host's memory.
    var effectiveDriver: DiskDriver {
        guard shareable, !readonly, driver.cache == nil || driver.cache == .default else { return driver }
        var driver = driver
        driver.cache = DiskDriver.Cache.none
        return driver
    }
}

extension DiskDevice {
    /// The serial number with its spaces as guests of libvirt have always seen them.
    fileprivate var serialText: String? {
        serial.map { $0.split(atByte: " ", omittingEmptySubsequences: false).joined(separator: "\\ ") }
    }
}

extension DiskTarget {
    /// The bus's name, for people.
    var busName: String { bus?.rawValue ?? "none" }
}
