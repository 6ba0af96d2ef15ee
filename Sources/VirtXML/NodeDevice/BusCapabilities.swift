import Virt
import XMLBinding

/// The computer itself.
public struct SystemCapability: XMLElement {
    public var product: String?
    public var hardwareVendor: String?
    public var hardwareVersion: String?
    public var hardwareSerial: String?
    public var uuid: UUID?
    public var firmwareVendor: String?
    public var firmwareVersion: String?
    public var firmwareReleaseDate: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("product", &product)
        try x.group("hardware") { (x) throws(XMLError) in
            try x.value("vendor", &hardwareVendor)
            try x.value("version", &hardwareVersion)
            try x.value("serial", &hardwareSerial)
            let words = "malformed uuid element for '\(x.device)'"
            try x.value("uuid", &uuid, .refusing(words, .internalError))
        }
        try x.supply(uuid != nil, "system UUID")
        try x.group("firmware") { (x) throws(XMLError) in
            x.expand()
            try x.value("vendor", &firmwareVendor)
            try x.value("version", &firmwareVersion)
            try x.value("release_date", &firmwareReleaseDate)
        }
    }
}

/// A USB device.
public struct USBDeviceCapability: XMLElement {
    public var bus: UInt32 = 0
    public var device: UInt32 = 0
    public var product = IdentifiedName()
    public var vendor = IdentifiedName()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.supplied("bus", &bus, "USB bus number")
        try x.supplied("device", &device, "USB device number")
        if x.isWriting { (product.isSpaced, vendor.isSpaced) = (true, true) }
        try x.supplied("product", &product, "USB product ID")
        try x.supplied("vendor", &vendor, "USB vendor ID")
    }
}

/// One function of a USB device.
public struct USBInterfaceCapability: XMLElement {
    public var number: UInt32 = 0
    public var interfaceClass: UInt32 = 0
    public var subclass: UInt32 = 0
    public var `protocol`: UInt32 = 0
    public var description: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.supplied("number", &number, "USB interface number")
        try x.supplied("class", &interfaceClass, "USB interface class")
        try x.supplied("subclass", &subclass, "USB interface subclass")
        try x.supplied("protocol", &self.protocol, "USB interface protocol")
        try x.value("description", &description)
    }
}

/// A network interface.
public struct NetCapability: XMLElement {
    public var interface = ""
    public var address: String?
    public var link: HostInterfaceDefinition.Link?
    public var features: [String] = []
    /// An Ethernet card.
    public var is80203 = false
    /// A wireless card.
    public var is80211 = false

    private static let knownFeatures: Set = [
        "rx", "tx", "sg", "tso", "ufo", "gso", "gro", "lro", "rxvlan", "txvlan", "ntuple", "rxhash", "rdma",
        "txudptnl", "switchdev",
    ]

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("interface", &interface)
        try x.supply(!interface.isEmpty, "network interface")
        try x.value("address", &address)
        try x.element("link", &link)
        for child in x.node?.children ?? [] where child.name == "feature" {
            try x.require(
                child.attribute("name") != nil, "missing network device feature name")
        }
        var names = features.map { CPUFeatureName($0) }
        try x.elements("feature", &names)
        if x.isReading { features = names.map(\.name) }
        for name in features where !Self.knownFeatures.contains(name) {
            try x.require(false, "unknown network device feature '\(name)'")
        }
        try x.knows(
            ["80203", "80211"], missing: nil,
            orElse: { _ in "invalid network type supplied for '\(x.device)'" },
            .unsupported)
        try x.subcapability("80203", &is80203)
        try x.subcapability("80211", &is80211)
    }
}

/// A mediated device: a part of another one.
public struct MdevCapability: XMLElement {
    public var type = ""
    public var uuid: UUID?
    public var parentAddress: String?
    public var iommuGroup: UInt32 = 0
    public var attributes: [Attribute] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        let words = "missing type id attribute for '\(x.device)'"
        try x.require(x.hasChild("type"), words, .unsupported)
        try x.group("type") { (x) throws(XMLError) in
            try x.attribute("id", &type, .unlessEmpty, orElse: words, .unsupported)
        }
        try x.value("uuid", &uuid, .refusing("Invalid uuid '%' for new mdev device", .internalError))
        try x.value("parent_addr", &parentAddress)
        try x.group("iommuGroup") { (x) throws(XMLError) in
            try x.attribute(
                "number", &iommuGroup,
                .unlessEmpty.refusing(
                    "invalid iommuGroup number attribute for '\(x.device)'", .internalError), default: 0
            )
        }
        try x.elements("attr", &attributes)
    }

    public struct Attribute: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, default: "")
            try x.attribute("value", &value, default: "")
        }
    }
}
