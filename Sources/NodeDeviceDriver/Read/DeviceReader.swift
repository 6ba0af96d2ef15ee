import ByteText
import LinuxSystem
import VirtXML

/// Makes of a folder of `/sys` the device that clients see.
struct DeviceReader: Sendable {
    let tree: DeviceTree
    let names: PCINames

    init(tree: DeviceTree) {
        self.tree = tree
        names = PCINames(paths: ["misc", "hwdata"].map { "\(tree.root)/usr/share/\($0)/pci.ids" })
    }

    /// The buses and classes that have devices of the kinds that are shown.
    private static let buses = [
        "pci", "usb", "scsi", "mdev", "ccw", "css", "ccwgroup", "vdpa", "ap", "matrix",
    ]
    private static let classes = ["block", "net", "drm", "scsi_generic", "mtty"]

    /// All devices that are shown, parents before their children.
    func all() -> [NodeDeviceDefinition] {
        [system()] + tree.devices(on: Self.buses, of: Self.classes).compactMap { read($0) }
    }

    /// The device with this folder; nil where it isn't one that is shown.
    func device(at path: String) -> NodeDeviceDefinition? { tree.device(at: path).flatMap { read($0) } }

    /// What a device is by now, and what drives it; nil where it has gone.
    func current(
        _ known: [NodeDeviceCapability], at path: String
    ) -> (capabilities: [NodeDeviceCapability], driver: String?)? {
        guard let device = tree.device(at: path) else { return nil }
        if case .pci(var pci)? = known.first {
            refresh(&pci, device)
            return ([.pci(pci)], device.driver)
        }
        return read(device).map { ($0.capabilities, $0.driver) }
    }

    private func read(_ device: SystemDevice) -> NodeDeviceDefinition? {
        guard let kind = Self.kind(of: device), let (name, capability) = read(device, as: kind) else {
            return nil
        }
        var definition = NodeDeviceDefinition()
        definition.name = name
        definition.path = device.path
        definition.driver = device.driver
        definition.nodes = device.node.map { [.init(.dev, $0)] } ?? []
        definition.nodes += device.links.map { .init(.link, $0) }
        definition.capabilities = [capability]
        return definition
    }

    private func read(_ device: SystemDevice, as kind: NodeDeviceCapability.Kind) -> Found? {
        switch kind {
        case .pci: pci(device)
        case .usbDevice: usbDevice(device)
        case .usb: usbInterface(device)
        case .net: net(device)
        case .scsiHost: scsiHost(device)
        case .scsiTarget: scsiTarget(device)
        case .scsi: scsi(device)
        case .scsiGeneric:
            device.node.map { (Self.name("scsi_generic", device.name), .scsiGeneric(path: $0)) }
        case .storage: storage(device)
        case .drm: drm(device)
        case .mdev: mdev(device)
        case .ccw: ccw(device)
        case .css: css(device)
        case .ccwgroup: ccwGroup(device)
        case .vdpa: (Self.name("vdpa", device.name), .vdpa(path: vdpaPath(device)))
        case .apCard: apCard(device)
        case .apQueue: apQueue(device)
        case .apMatrix: (Self.name("ap", device.name), .apMatrix(mdevTypes(device)))
        case .mdevTypes: mdevTypes(device).map { (Self.name("mtty", device.name), .mdevTypes($0)) }
        case .system: nil
        }
    }

    /// A device's name, and what it is.
    typealias Found = (String, NodeDeviceCapability)

    /// What kind of device it is: what it says of itself counts before where it stands.
    static func kind(of device: SystemDevice) -> NodeDeviceCapability.Kind? {
        if let type = device.property("DEVTYPE") { return types[ByteName(type)] }
        if device.property("PCI_CLASS") != nil { return .pci }
        if device.property("INTERFACE") != nil { return .net }
        return device.subsystem.flatMap { subsystems[ByteName($0)] }
    }

    private static let types = keyed([
        ("usb_device", .usbDevice), ("usb_interface", .usb), ("scsi_host", .scsiHost),
        ("scsi_target", .scsiTarget), ("scsi_device", .scsi), ("disk", .storage), ("wlan", .net),
        ("drm_minor", .drm), ("ap_card", .apCard), ("ap_queue", .apQueue), ("qeth_generic", .ccwgroup),
        ("qeth_layer2", .ccwgroup), ("qeth_layer3", .ccwgroup),
    ])

    private static let subsystems = keyed([
        ("scsi_generic", .scsiGeneric), ("mdev", .mdev), ("ccw", .ccw), ("css", .css), ("vdpa", .vdpa),
        ("matrix", .apMatrix), ("mtty", .mdevTypes),
    ])

    private static func keyed(
        _ kinds: [(String, NodeDeviceCapability.Kind)]
    ) -> [ByteName: NodeDeviceCapability.Kind] {
        Dictionary(uniqueKeysWithValues: kinds.map { (ByteName($0.0), $0.1) })
    }

    /// A device's name: its parts with `_` between them, and for every byte that is neither letter nor digit.
    static func name(_ parts: String...) -> String {
        let bytes = parts.joined(separator: "_").utf8.map { $0.isAlphanumeric ? $0 : UInt8(ascii: "_") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The number at the end of names such as `host7`.
    static func number(in name: String, after word: String) -> UInt32? {
        name.droppingBytePrefix(word).flatMap { UInt32($0) }
    }
}
