import ByteText
import XMLBinding

/// A PCI device of the host.
public struct PCIHostdev: XMLElement {
    public var startupPolicy: StorageSource.StartupPolicy?
    public var writeFiltering: Bool?
    public var address = PCIAddress()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("startupPolicy", &startupPolicy)
        try x.yesNo("writeFiltering", &writeFiltering)
        var copy: PCIAddress? = x.isReading ? nil : address
        try x.element("address", &copy)
        address = copy ?? address
        // Where the host has it is what it is: nothing else shares the slot by wish.
        address.multifunction = nil
    }
}

/// A USB device of the host: by vendor and product, by bus and number, or both.
public struct USBHostdev: XMLElement {
    public var startupPolicy: StorageSource.StartupPolicy?
    public var guestReset: GuestReset?
    public var vendor: UInt16?
    public var product: UInt16?
    public var bus: UInt32?
    public var device: UInt32?
    public var port: String?

    public init() {}

    public enum GuestReset: String, XMLWord { case off, uninitialized, on }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("startupPolicy", &startupPolicy)
        try x.attribute("guestReset", &guestReset)
        for name in ["vendor", "product"] as [StaticString] { try x.requireAttribute("id", ofChild: name) }
        try x.group("vendor") { (x) throws(XMLError) in try x.hex("id", &vendor, width: 4) }
        try x.group("product") { (x) throws(XMLError) in try x.hex("id", &product, width: 4) }
        try x.group("address") { (x) throws(XMLError) in
            try x.requireAttribute("bus")
            try x.number("bus", &bus)
            try x.requireAttribute("device")
            try x.number("device", &device)
            try x.attribute("port", &port)
        }
    }
}

/// A SCSI device: of an adapter of the host, or of an iSCSI server.
public struct SCSIHostdev: XMLElement {
    public var adapter: String?
    public var address = Address()
    @Boxed public var iscsi: NetworkStorage?
    @Boxed public var auth: StorageAuth?

    public init() {}

    public struct Address: XMLElement {
        public var bus: UInt32 = 0
        public var target: UInt32 = 0
        public var unit: UInt64 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try bind("bus", &bus, &x)
            try bind("target", &target, &x)
            try bind("unit", &unit, &x)
        }

        private func bind<V: FixedWidthInteger & XMLValue>(
            _ name: StaticString, _ value: inout V, _ x: inout XMLBinder
        ) throws(XMLError) {
            try x.require(
                x.node?.attribute(name) != nil, "Missing required attribute '\(name)' in element 'address'")
            try x.number(name, &value)
        }
    }

    private enum Way: String, XMLWord { case adapter, iscsi }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var way: Way? = iscsi == nil ? (x.isReading ? .adapter : nil) : .iscsi
        if x.isReading { try x.attribute("protocol", &way) }
        if way == .iscsi {
            try x.require(x.node?.attribute("name") != nil, "missing iSCSI hostdev source path name")
            try x.require(x.hasChild("host"), "missing the host address for the iSCSI hostdev")
            try x.inline(&iscsi)
            try iscsi?.bindChildren(&x, isDisk: false)
            try x.element("auth", &auth)
            let kind = auth?.secret.type.flatMap { SecretDefinition.Kind(rawValue: $0) } ?? .iscsi
            try x.require(
                kind == .iscsi, "hostdev invalid secret type '\(kind.rawValue)'", .internalError)
            try iscsi?.bindInitiator(&x)
        } else {
            try x.group("adapter") { (x) throws(XMLError) in try x.attribute("name", &adapter) }
            try x.require(x.hasChild("address"), "'address' must be specified for scsi hostdev source")
            try x.element("address", &address)
        }
    }
}

/// A SCSI controller that the kernel serves.
public struct SCSIHostHostdev: XMLElement {
    public var `protocol`: HostProtocol = .vhost
    public var wwpn: String?

    public init() {}

    public enum HostProtocol: String, XMLWord { case vhost }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("protocol", &self.protocol)
        try x.attribute("wwpn", &wwpn, orElse: "missing vhost-scsi hostdev source wwpn")
        guard x.isReading, let wwpn else { return }
        let digits = wwpn.droppingBytePrefix("naa.") ?? ""
        try x.require(
            digits.utf8.count == 16 && digits.consists(ofBytesIn: "0123456789abcdefABCDEF"),
            "malformed 'wwpn' value")
    }
}
