import Virt
import XMLBinding

/// A device of the host that is handed to the guest.
public struct HostdevDevice: Device {
    public static let elementName: StaticString = "hostdev"
    public var source: Source = .pci(PCIHostdev())
    /// The daemon detaches the device from the host and gives it back.
    public var managed = false
    public var model: String?
    public var sgIO: DiskDevice.SGIO?
    public var rawIO: Bool?
    public var display: Bool?
    public var ramfb: Bool?
    @Boxed public var driver: Driver?
    @Boxed public var teaming: InterfaceDevice.Teaming?
    public var readonly = false
    public var shareable = false
    public var ips: [InterfaceIP] = []
    public var routes: [InterfaceRoute] = []
    public var info = DeviceInfo()

    public init() {}

    /// Which device it is.
    public enum Source: Hashable, Sendable {
        case pci(PCIHostdev)
        case usb(USBHostdev)
        case scsi(SCSIHostdev)
        case scsiHost(SCSIHostHostdev)
        case mdev(UUID?)
        /// A container's block device, character device or network interface.
        case storage(String)
        case misc(String)
        case net(String)

        /// What tells devices apart; the rest of what is said of them seldom does.
        public func hash(into hasher: inout Hasher) {
            switch self {
            case .pci(let device): hasher.combine(device.address)
            case .usb(let device):
                hasher.combine(device.vendor)
                hasher.combine(device.product)
                hasher.combine(device.bus)
                hasher.combine(device.device)
                hasher.combine(device.port)
            case .scsi(let device):
                hasher.combine(device.adapter)
                hasher.combine([
                    UInt64(device.address.bus), UInt64(device.address.target), device.address.unit,
                ])
                hasher.combine(device.iscsi?.name)
            case .scsiHost(let device): hasher.combine(device.wwpn)
            case .mdev(let device): hasher.combine(device)
            case .storage(let path), .misc(let path), .net(let path): hasher.combine(path)
            }
        }
    }

    public enum Mode: String, XMLWord { case subsystem, capabilities }

    public enum Kind: String, XMLWord {
        case usb, pci, scsi, mdev, storage, misc, net
        case scsiHost = "scsi_host"
    }

    public var kind: Kind {
        switch source {
        case .pci: .pci
        case .usb: .usb
        case .scsi: .scsi
        case .scsiHost: .scsiHost
        case .mdev: .mdev
        case .storage: .storage
        case .misc: .misc
        case .net: .net
        }
    }

    /// A subsystem's device, or something of the host that a container is allowed.
    public var mode: Mode {
        switch source {
        case .storage, .misc, .net: .capabilities
        default: .subsystem
        }
    }

    public struct Driver: XMLElement {
        public var name: Name?
        public var model: String?

        public init() {}

        public enum Name: String, XMLWord { case kvm, vfio, xen }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("model", &model)
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindKind(&x)
        if x.isWriting { try bindDriver(&x) }
        try x.require(x.hasChild("source"), "Missing <source> element in hostdev device")
        try x.always("source") { (x) throws(XMLError) in try bindSource(&x) }
        if x.isReading { try bindDriver(&x) } else { try x.element("teaming", &teaming) }
        if kind == .net {
            try x.elements("ip", &ips)
            try x.elements("route", &routes)
        }
        if kind == .scsi {
            try x.flag("readonly", &readonly)
            try x.flag("shareable", &shareable)
        }
        try info.bind(&x, boots: true, hasROM: true)
        if x.isReading { try x.element("teaming", &teaming) }
    }

    private mutating func bindDriver(_ x: inout XMLBinder) throws(XMLError) {
        if kind == .pci { try x.element("driver", &driver) }
        if driver == Driver() { driver = nil }
    }

    private mutating func bindKind(_ x: inout XMLBinder) throws(XMLError) {
        var mode = mode
        var kind = kind
        try x.attribute("mode", &mode, default: .subsystem)
        try x.attribute("type", &kind)
        let isOfContainer = [.storage, .misc, .net].contains(kind)
        try x.require(
            isOfContainer == (mode == .capabilities),
            "Invalid value for attribute 'type' in element 'hostdev': '\(kind.rawValue)'.")
        if x.isReading { source = Source(kind) }
        try x.require(
            kind == .usb || isOfContainer || x.attribute("startupPolicy", ofChild: "source") == nil,
            "Setting startupPolicy is only allowed for USB devices", .unsupported)
        try bindManaged(&x)
        // What a container is allowed is told nothing more.
        if isOfContainer { return }
        if x.isReading { try readSCSISettings(&x, kind) }
        try bindModel(&x)
        if x.isWriting {
            try x.attribute("sgio", &sgIO)
            try x.yesNo("rawio", &rawIO)
        }
        if kind != .pci, kind != .mdev { return }
        try x.onOff("display", &display)
        try x.onOff("ramfb", &ramfb)
    }

    private mutating func readSCSISettings(_ x: inout XMLBinder, _ kind: Kind) throws(XMLError) {
        try x.attribute("sgio", &sgIO)
        try x.require(sgIO == nil || kind == .scsi, "sgio is only supported for scsi host device")
        try x.yesNo("rawio", &rawIO)
        try x.require(rawIO == nil || kind == .scsi, "rawio is only supported for scsi host device")
    }

    /// Only what isn't what it is by itself has a model.
    private mutating func bindModel(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("model", &model)
        let known: Set<String>
        switch kind {
        case .mdev: known = ["vfio-pci", "vfio-ccw", "vfio-ap"]
        case .scsiHost: known = ["virtio", "virtio-transitional", "virtio-non-transitional"]
        default:
            return try x.require(
                model == nil,
                "'model' attribute in <hostdev> is only supported when type='\(kind.rawValue)'")
        }
        try x.require(
            kind != .mdev || model != nil, "Missing required attribute 'model' in element 'hostdev'")
        try x.require(
            model.map(known.contains) ?? true,
            "Invalid value for attribute 'model' in element 'hostdev': '\(model ?? "")'.")
    }

    private mutating func bindManaged(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, mode == .capabilities { return }
        var word: Bool? = managed
        try x.yesNo("managed", &word, .orNone)
        managed = mode == .capabilities ? false : word ?? managed
    }

    private mutating func bindSource(_ x: inout XMLBinder) throws(XMLError) {
        switch source {
        case .pci(var device): try bind(&device, &x, Source.pci)
        case .usb(var device): try bind(&device, &x, Source.usb)
        case .scsi(var device): try bind(&device, &x, Source.scsi)
        case .scsiHost(var device): try bind(&device, &x, Source.scsiHost)
        case .mdev(var uuid):
            try x.require(x.hasChild("address"), "Missing <address> element", .unsupported)
            try x.require(
                x.attribute("uuid", ofChild: "address") != nil,
                "Missing 'uuid' attribute for element <address>", .unsupported)
            try x.group("address") { (x) throws(XMLError) in
                try x.attribute(
                    "uuid", &uuid,
                    .refusing("Cannot parse uuid attribute of element <address>", .internalError))
            }
            source = .mdev(uuid)
        case .storage(var path):
            try x.require(x.hasChild("block"), "Missing <block> element in hostdev storage device")
            try x.value("block", &path)
            source = .storage(path)
        case .misc(var path):
            try x.require(x.hasChild("char"), "Missing <char> element in hostdev character device")
            try x.value("char", &path)
            source = .misc(path)
        case .net(var name):
            try x.require(x.hasChild("interface"), "Missing <interface> element in hostdev net device")
            try x.value("interface", &name)
            source = .net(name)
        }
    }

    private mutating func bind<T: XMLElement>(
        _ device: inout T, _ x: inout XMLBinder, _ wrap: (T) -> Source
    ) throws(XMLError) {
        try device.bind(&x)
        source = wrap(device)
    }
}

extension HostdevDevice.Source {
    fileprivate init(_ kind: HostdevDevice.Kind) {
        self =
            switch kind {
            case .pci: .pci(PCIHostdev())
            case .usb: .usb(USBHostdev())
            case .scsi: .scsi(SCSIHostdev())
            case .scsiHost: .scsiHost(SCSIHostHostdev())
            case .mdev: .mdev(nil)
            case .storage: .storage("")
            case .misc: .misc("")
            case .net: .net("")
            }
    }
}
