import ByteText
import JSON
import Virt
import VirtXML

extension QEMUGuest {
    /// The parts of a device of the host that is handed to the guest.
    package func parts(of device: HostdevDevice) throws(ConfigurationError) -> [QEMUPart] {
        switch device.source {
        case .pci(let pci): return [.device(try vfio(device, pci))]
        case .usb(let usb): return [.device(try usbHost(device, usb))]
        case .scsi(let scsi): return try scsiHost(device, scsi)
        case .scsiHost(let adapter): return [.device(try vhostSCSI(device, adapter))]
        case .mdev(let uuid): return [.device(try mediated(device, uuid?.description ?? ""))]
        case .storage, .misc, .net:
            throw .unsupported("hostdev mode 'capabilities' is not supported in QEMU")
        }
    }

    private func vfio(_ device: HostdevDevice, _ pci: PCIHostdev) throws(ConfigurationError) -> JSONObject {
        var object: JSONObject = [
            "driver": .string(device.ramfb == true ? "vfio-pci-nohotplug" : "vfio-pci"),
            "host": .string(pci.address.description),
        ]
        object.add("id", try alias(of: device.info))
        addBoot(of: device.info, to: &object)
        if let teaming = device.teaming { object.add("failover_pair_id", teaming.persistent) }
        if let display = device.display { object.add("display", display ? "on" : "off") }
        if device.ramfb == true { object.add("ramfb", true) }
        try addAddress(of: device.info, to: &object)
        addROM(of: device.info, to: &object)
        return object
    }

    private func usbHost(_ device: HostdevDevice, _ usb: USBHostdev) throws(ConfigurationError) -> JSONObject
    {
        var object: JSONObject = ["driver": "usb-host"]
        if let place = resources.usbDevice(usb) {
            if qemu.has("usb-host", "hostdevice") {
                object.add("hostdevice", USBHostdev.node(place.bus, place.device))
            } else {
                object.add("hostbus", place.bus)
                object.add("hostaddr", place.device)
            }
        }
        object.add("id", try alias(of: device.info))
        addBoot(of: device.info, to: &object)
        switch usb.guestReset {
        case .off: object.add("guest-reset", false)
        case .uninitialized:
            object.add("guest-reset", true)
            object.add("guest-resets-all", false)
        case .on:
            object.add("guest-reset", true)
            object.add("guest-resets-all", true)
        case nil: break
        }
        try addAddress(of: device.info, to: &object)
        return object
    }

    private func scsiHost(_ device: HostdevDevice, _ scsi: SCSIHostdev) throws(ConfigurationError)
        -> [QEMUPart]
    {
        guard case .drive(let place)? = device.info.address else {
            throw .internal("a SCSI host device has no drive address")
        }
        let (parts, node) = try scsiNode(device, scsi)
        let controllerName = try controllerAlias(.scsi, place.controller)
        var object: JSONObject = ["driver": "scsi-generic"]
        object.add("drive", node)
        object.add("id", try alias(of: device.info))
        object.add("bus", controllerName + ".0")
        if controller(.scsi, place.controller)?.model == "lsilogic" {
            object.add("scsi-id", place.unit)
        } else {
            object.add("channel", place.bus)
            object.add("scsi-id", place.target)
            object.add("lun", place.unit)
        }
        addBoot(of: device.info, to: &object)
        return parts + [.device(object)]
    }

    /// That the host hasn't a SCSI device, said by where it would be.
    private static func missing(_ scsi: SCSIHostdev) -> ConfigurationError {
        let host = scsi.adapter?.droppingBytePrefix("scsi_host") ?? ""
        let place = "\(host):\(scsi.address.bus):\(scsi.address.target):\(scsi.address.unit)"
        let folder = "/sys/bus/scsi/devices/\(place)/scsi_generic"
        return .refused(
            VirtError(
                .systemError, "cannot open directory '\(folder)': No such file or directory", from: .none))
    }

    private func scsiNode(
        _ device: HostdevDevice, _ scsi: SCSIHostdev
    ) throws(ConfigurationError) -> ([QEMUPart], String) {
        let alias = try alias(of: device.info)
        guard let iscsi = scsi.iscsi else {
            let node = scsiNodeName(alias)
            let path = resources.scsiGeneric(scsi)
            guard let path else { throw Self.missing(scsi) }
            return (
                [
                    .blockdev([
                        "driver": "host_device", "filename": .string(path), "node-name": .string(node),
                        "read-only": .bool(device.readonly),
                    ])
                ], node
            )
        }
        var source = StorageSource()
        source.type = .network
        source.network = iscsi
        source.auth = scsi.auth
        let name = scsiNodeName(alias)
        var image = BlockImage(source: source, format: .raw, index: 0, isReadOnly: device.readonly)
        image.name = name.droppingByteSuffix("-backend").map { String($0) } ?? name
        let secrets = try scsi.auth.map { (auth) throws(ConfigurationError) in
            [try secret("\(name)-secret0", SecretContent(auth))]
        }
        var object = try storageNode(image, DiskDriver(), .disk)
        if scsi.auth != nil { object["password-secret"] = .string("\(name)-secret0") }
        object.add("node-name", name)
        object.add("read-only", device.readonly)
        return ((secrets ?? []) + [.blockdev(object)], name)
    }

    private func vhostSCSI(_ device: HostdevDevice, _ adapter: SCSIHostHostdev) throws(ConfigurationError)
        -> JSONObject
    {
        let alias = try alias(of: device.info)
        let model = device.model.flatMap { VirtioModel(rawValue: $0) }
        var object: JSONObject = [
            "driver": .string(try virtioDriver("vhost-scsi", device.info, model: model))
        ]
        object.add("wwpn", adapter.wwpn)
        object.add("vhostfd", resources.vhostSCSIDescriptor(alias))
        object.add("id", alias)
        try addAddress(of: device.info, to: &object)
        return object
    }

    private func mediated(_ device: HostdevDevice, _ uuid: String) throws(ConfigurationError) -> JSONObject {
        let driver = device.model ?? "vfio-pci"
        var object: JSONObject = ["driver": .string(device.ramfb == true ? driver + "-nohotplug" : driver)]
        object.add("id", try alias(of: device.info))
        object.add("sysfsdev", "/sys/bus/mdev/devices/" + uuid)
        if let display = device.display { object.add("display", display ? "on" : "off") }
        if device.ramfb == true { object.add("ramfb", true) }
        addBoot(of: device.info, to: &object)
        try addAddress(of: device.info, to: &object)
        return object
    }

    /// The name of the node behind a SCSI device; such nodes are numbered on from those of disks.
    private func scsiNodeName(_ alias: String) -> String {
        let images = domain.devices.disks.reduce(UInt32(0)) { max($0, $1.highestImage) }
        let devices = domain.devices.hostdevs.filter { $0.kind == .scsi }
        let position = devices.firstIndex { $0.info.alias == alias } ?? 0
        return "libvirt-\(images &+ UInt32(clamping: position) &+ 1)-backend"
    }
}

extension DiskDevice {
    /// The highest number of an image in the disk's chain.
    package var highestImage: UInt32 {
        let stores = layers.map { ($0.image.index ?? $0.source.index, $0.source) }
        let all = [(source.index, source)] + stores + (mirror?.source.map { [($0.index, $0)] } ?? [])
        return all.reduce(0) { highest, image in
            max(highest, image.0 ?? 0, image.1.dataStore?.source?.index ?? 0)
        }
    }
}
