import ByteText
import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a controller; none for one that the machine has anyway.
    package func parts(of controller: ControllerDevice) throws(ConfigurationError) -> [QEMUPart] {
        guard let device = try device(for: controller) else { return [] }
        return [.device(device)]
    }

    private func device(for controller: ControllerDevice) throws(ConfigurationError) -> JSONObject? {
        switch controller.type {
        case .scsi: return try scsi(controller)
        case .virtioSerial: return try virtioSerial(controller)
        case .ccid: return try simple("usb-ccid", controller)
        case .sata: return try simple("ahci", controller)
        case .usb: return try usb(controller)
        case .pci: return try pci(controller)
        case .fdc, .ide, .xenbus, .isa:
            throw .unsupported("Unsupported controller type: \(controller.type.rawValue)")
        }
    }

    private func start(
        _ driver: String, _ controller: ControllerDevice
    ) throws(ConfigurationError) -> JSONObject {
        var device: JSONObject = ["driver": .string(driver)]
        if let options = controller.driver?.virtio, driver.hasBytePrefix("virtio") {
            addVirtio(options, to: &device)
        }
        if let iothread = controller.driver?.iothread { device.add("iothread", "iothread\(iothread)") }
        device.add("iothread-vq-mapping", Self.mapping(controller.driver?.iothreads ?? []))
        device.add("id", try alias(of: controller.info))
        return device
    }

    private func finish(
        _ device: JSONObject, _ controller: ControllerDevice
    ) throws(ConfigurationError) -> JSONObject {
        var device = device
        try addAddress(of: controller.info, to: &device)
        return device
    }

    private func simple(_ driver: String, _ controller: ControllerDevice) throws(ConfigurationError)
        -> JSONObject
    {
        try finish(try start(driver, controller), controller)
    }

    private func scsi(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject {
        let model = controller.model ?? ""
        switch model {
        case "virtio-scsi", "virtio-transitional", "virtio-non-transitional":
            return try virtioSCSI(controller, VirtioModel(rawValue: model))
        case "lsilogic": return try simple("lsi", controller)
        case "ibmvscsi": return try simple("spapr-vscsi", controller)
        case "lsisas1068": return try simple("mptsas1068", controller)
        case "lsisas1078": return try simple("megasas", controller)
        case "vmpvscsi": return try simple("pvscsi", controller)
        case "dc390": return try simple("dc-390", controller)
        case "am53c974": return try simple("am53c974", controller)
        default: throw .unsupported("Unsupported controller model: \(model)")
        }
    }

    private func virtioSCSI(
        _ controller: ControllerDevice, _ model: VirtioModel?
    ) throws(ConfigurationError) -> JSONObject {
        var device = try start(virtioDriver("virtio-scsi", controller.info, model: model), controller)
        let driver = controller.driver
        device.add("num_queues", driver?.queues)
        device.add("cmd_per_lun", driver?.commandsPerLUN)
        device.add("max_sectors", driver?.maxSectors)
        device.add("ioeventfd", driver?.ioeventfd)
        return try finish(device, controller)
    }

    /// Which queues each I/O thread takes; nil where nothing was said.
    static func mapping(_ threads: [IOThreadMapping]) -> JSONValue? {
        guard !threads.isEmpty else { return nil }
        return .array(
            threads.map { thread in
                var entry: JSONObject = ["iothread": .string("iothread\(thread.id)")]
                if !thread.queues.isEmpty { entry["vqs"] = .array(thread.queues.map { JSONValue($0.id) }) }
                return .object(entry)
            })
    }

    private func virtioSerial(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject {
        let model = controller.model.flatMap { VirtioModel(rawValue: $0) }
        var device = try start(virtioDriver("virtio-serial", controller.info, model: model), controller)
        device.add("max_ports", controller.ports)
        device.add("vectors", controller.vectors)
        return try finish(device, controller)
    }

    private func usb(_ controller: ControllerDevice) throws(ConfigurationError) -> JSONObject? {
        guard let model = controller.model else { throw .unsupported("no model provided for USB controller") }
        guard model != "none" else { return nil }
        guard let driver = USBControllerModel.driver(model), qemu.has(driver) else {
            throw .unsupported("USB controller model '\(model)' not supported in this QEMU binary")
        }
        var device: JSONObject = ["driver": .string(driver)]
        if controller.ports != nil, !driver.hasByteSuffix("xhci") {
            throw .unsupported(
                "usb controller type '\(model)' doesn't support 'ports' with this QEMU binary")
        }
        if driver.hasByteSuffix("xhci") {
            device.add("p2", controller.ports)
            device.add("p3", controller.ports)
        }
        if let first = controller.info.masterStartPort {
            device.add("masterbus", "\(try controllerAlias(.usb, controller.index ?? 0)).0")
            device.add("firstport", first)
        } else {
            device.add("id", try alias(of: controller.info))
        }
        return try finish(device, controller)
    }
}

/// The models of USB controller, and QEMU's names for them.
enum USBControllerModel {
    private static let drivers = [
        "piix3-uhci": "piix3-usb-uhci", "piix4-uhci": "piix4-usb-uhci", "ehci": "usb-ehci",
        "ich9-ehci1": "ich9-usb-ehci1", "ich9-uhci1": "ich9-usb-uhci1", "ich9-uhci2": "ich9-usb-uhci2",
        "ich9-uhci3": "ich9-usb-uhci3", "vt82c686b-uhci": "vt82c686b-usb-uhci", "pci-ohci": "pci-ohci",
        "nec-xhci": "nec-usb-xhci", "qemu-xhci": "qemu-xhci",
    ]

    static func driver(_ model: String) -> String? { drivers[model] }
}
