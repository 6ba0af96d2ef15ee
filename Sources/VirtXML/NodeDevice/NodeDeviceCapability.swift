import XMLBinding

/// What a device of the host is.
public enum NodeDeviceCapability: Equatable, Sendable {
    case system(SystemCapability)
    case pci(PCICapability)
    case usbDevice(USBDeviceCapability)
    case usbInterface(USBInterfaceCapability)
    case net(NetCapability)
    case scsiHost(SCSIHostCapability)
    case scsiTarget(SCSITargetCapability)
    case scsi(SCSICapability)
    case scsiGeneric(path: String)
    case storage(StorageCapability)
    case drm(type: String)
    case mdev(MdevCapability)
    case ccw(CCWCapability)
    case css(CSSCapability)
    case ccwGroup(CCWGroupCapability)
    case vdpa(path: String?)
    case apCard(APAddress)
    case apQueue(APAddress)
    case apMatrix(MdevTypes?)
    /// A device that is there only to be divided.
    case mdevTypes(MdevTypes)

    /// The kind, as the `type` attribute says it.
    public enum Kind: String, XMLWord {
        case system, pci, usb, net, scsi, storage, drm, mdev, ccw, css, vdpa, ccwgroup
        case usbDevice = "usb_device"
        case scsiHost = "scsi_host"
        case scsiTarget = "scsi_target"
        case scsiGeneric = "scsi_generic"
        case apCard = "ap_card"
        case apQueue = "ap_queue"
        case apMatrix = "ap_matrix"
        case mdevTypes = "mdev_types"
    }

    public var kind: Kind {
        switch self {
        case .system: .system
        case .pci: .pci
        case .usbDevice: .usbDevice
        case .usbInterface: .usb
        case .net: .net
        case .scsiHost: .scsiHost
        case .scsiTarget: .scsiTarget
        case .scsi: .scsi
        case .scsiGeneric: .scsiGeneric
        case .storage: .storage
        case .drm: .drm
        case .mdev: .mdev
        case .ccw: .ccw
        case .css: .css
        case .ccwGroup: .ccwgroup
        case .vdpa: .vdpa
        case .apCard: .apCard
        case .apQueue: .apQueue
        case .apMatrix: .apMatrix
        case .mdevTypes: .mdevTypes
        }
    }

    /// A capability of a kind with nothing said about it.
    public init(_ kind: Kind) {
        self =
            switch kind {
            case .system: .system(SystemCapability())
            case .pci: .pci(PCICapability())
            case .usbDevice: .usbDevice(USBDeviceCapability())
            case .usb: .usbInterface(USBInterfaceCapability())
            case .net: .net(NetCapability())
            case .scsiHost: .scsiHost(SCSIHostCapability())
            case .scsiTarget: .scsiTarget(SCSITargetCapability())
            case .scsi: .scsi(SCSICapability())
            case .scsiGeneric: .scsiGeneric(path: "")
            case .storage: .storage(StorageCapability())
            case .drm: .drm(type: "")
            case .mdev: .mdev(MdevCapability())
            case .ccw: .ccw(CCWCapability())
            case .css: .css(CSSCapability())
            case .ccwgroup: .ccwGroup(CCWGroupCapability())
            case .vdpa: .vdpa(path: nil)
            case .apCard: .apCard(APAddress())
            case .apQueue: .apQueue(APAddress())
            case .apMatrix: .apMatrix(nil)
            case .mdevTypes: .mdevTypes(MdevTypes())
            }
    }
}

extension NodeDeviceCapability: XMLElement {
    public init() { self.init(.system) }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var kind = kind
        try x.attribute("type", &kind)
        try x.definable(kind)
        if x.isReading { self = NodeDeviceCapability(kind) }
        switch self {
        case .system(var value): try bind(&value, &x, NodeDeviceCapability.system)
        case .pci(var value): try bind(&value, &x, NodeDeviceCapability.pci)
        case .usbDevice(var value): try bind(&value, &x, NodeDeviceCapability.usbDevice)
        case .usbInterface(var value): try bind(&value, &x, NodeDeviceCapability.usbInterface)
        case .net(var value): try bind(&value, &x, NodeDeviceCapability.net)
        case .scsiHost(var value): try bind(&value, &x, NodeDeviceCapability.scsiHost)
        case .scsiTarget(var value): try bind(&value, &x, NodeDeviceCapability.scsiTarget)
        case .scsi(var value): try bind(&value, &x, NodeDeviceCapability.scsi)
        case .storage(var value): try bind(&value, &x, NodeDeviceCapability.storage)
        case .mdev(var value): try bind(&value, &x, NodeDeviceCapability.mdev)
        case .ccw(var value): try bind(&value, &x, NodeDeviceCapability.ccw)
        case .css(var value): try bind(&value, &x, NodeDeviceCapability.css)
        case .ccwGroup(var value): try bind(&value, &x, NodeDeviceCapability.ccwGroup)
        case .apCard(var value):
            try value.bindAdapter(&x)
            self = .apCard(value)
        case .apQueue(var value):
            try bind(&value, &x, NodeDeviceCapability.apQueue)
            let words = "missing ap-domain value for '\(x.device)'"
            try x.require(x.isWriting || x.hasChild("ap-domain"), words, .unsupported)
        default: try bindSimple(&x)
        }
    }

    private mutating func bindSimple(_ x: inout XMLBinder) throws(XMLError) {
        switch self {
        case .scsiGeneric(var path):
            try x.value("char", &path)
            self = .scsiGeneric(path: path)
        case .drm(var type):
            try x.value("type", &type)
            try x.require(
                ["primary", "control", "render"].contains(type),
                "unknown drm type '\(type.isEmpty ? "(null)" : type)' for '\(x.device)'",
                .unsupported)
            self = .drm(type: type)
        case .vdpa(var path):
            x.expand()
            try x.value("chardev", &path)
            self = .vdpa(path: path)
        case .apMatrix(var types):
            try x.requireSubcapabilityTypes()
            try x.subcapability("mdev_types", &types)
            self = .apMatrix(types)
        case .mdevTypes(let types):
            var types: MdevTypes? = types
            try x.subcapability("mdev_types", &types)
            self = .mdevTypes(types ?? MdevTypes())
        default: break
        }
    }

    private mutating func bind<T: XMLElement>(
        _ value: inout T, _ x: inout XMLBinder, _ wrap: (T) -> NodeDeviceCapability
    ) throws(XMLError) {
        try value.bind(&x)
        self = wrap(value)
    }
}

extension XMLBinder {
    /// A capability inside of another one, told from its siblings by its type.
    mutating func subcapability<T: XMLElement>(_ type: String, _ value: inout T?) throws(XMLError) {
        if isReading {
            for child in node?.children ?? []
            where child.name == "capability" && child.attribute("type") == type {
                value = try T(child, options: options)
            }
        } else if let value {
            var typed = Typed(type: type, value: value)
            try write("capability", &typed)
        }
    }

    /// As above, for one that only is there.
    mutating func subcapability(_ type: String, _ value: inout Bool) throws(XMLError) {
        var empty: Empty? = value ? Empty() : nil
        try subcapability(type, &empty)
        value = empty != nil
    }
}

private struct Empty: XMLElement {
    init() {}
    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {}
}

private struct Typed<T: XMLElement>: XMLElement {
    var type = ""
    var value = T()

    init() {}

    init(type: String, value: T) {
        self.type = type
        self.value = value
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        try value.bind(&x)
    }
}
