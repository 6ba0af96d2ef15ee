import XMLBinding

/// How a network's guests reach others.
public struct NetworkForward: XMLElement {
    public var dev: String?
    public var mode: Mode = .nat
    public var managed: Bool?
    @Boxed public var driver: HostdevDevice.Driver?
    @Boxed public var nat: NAT?
    public var pf: String?
    public var interfaces: [Interface] = []
    public var addresses: [Address] = []

    public init() {}

    public enum Mode: String, XMLWord {
        case none, nat, route, open, bridge, `private`, vepa, passthrough, hostdev

        /// Whether the daemon makes the bridge.
        public var hasOwnBridge: Bool {
            switch self {
            case .none, .nat, .route, .open: true
            case .bridge, .private, .vepa, .passthrough, .hostdev: false
            }
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("dev", &dev)
        if x.isReading {
            try x.attribute("mode", &mode, default: .nat)
        } else if mode != .none {
            try x.attribute("mode", &mode)
        }
        try x.yesNo("managed", &managed)
        try x.element("driver", &driver)
        try x.element("nat", &nat)
        try x.group("pf") { (x) throws(XMLError) in try x.attribute("dev", &pf) }
        try bindInterfaces(&x)
        try x.elements("address", &addresses)
        if x.isReading { try checkDuplicates(x) }
    }

    private func checkDuplicates(_ x: XMLBinder) throws(XMLError) {
        if let entry = interfaces.firstRepeated(by: \.dev) {
            throw x.fault("interface '\(entry.dev)' can only be listed once in network", value: entry.dev)
        }
        if let entry = addresses.filter({ $0.address.pci != nil }).firstRepeated(by: \.address.pci) {
            throw x.fault(
                "PCI device '\(entry.address.pci?.description ?? "")' can only be listed once in network")
        }
    }

    /// With a device of its own and no list, the device is the list's only entry.
    private mutating func bindInterfaces(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, pf != nil, x.options.contains(.inactive) { return }
        try x.elements("interface", &interfaces)
        guard x.isReading else { return }
        if pf != nil, x.options.contains(.inactive) { return interfaces = [] }
        if interfaces.isEmpty, let dev, pf == nil {
            interfaces = [Interface(dev)]
        } else if let first = interfaces.first {
            try x.require(
                dev == nil || dev == first.dev,
                "The <forward> element's 'dev' attribute ('\(dev ?? "")') must match the first <interface> "
                    + "element's 'dev' ('\(first.dev)')")
            dev = first.dev
        }
    }

    /// A device of the host that guests' cards are connected to.
    public struct Interface: XMLElement {
        public var dev = ""
        public var connections: UInt32?

        public init() {}

        public init(_ dev: String) { self.dev = dev }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("dev", &dev)
            if x.isWriting, !x.options.contains(.inactive), connections != 0 {
                try x.attribute("connections", &connections)
            }
        }
    }

    /// A device of the host that is handed to a guest.
    public struct Address: XMLElement {
        public var address: DeviceAddress = .pci(PCIAddress())
        public var connections: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try address.bind(&x)
            if x.isWriting, !x.options.contains(.inactive), connections != 0 {
                try x.attribute("connections", &connections)
            }
        }
    }

    /// What guests' addresses are turned into.
    public struct NAT: XMLElement {
        public var ipv6: Bool?
        public var address: AddressRange?
        public var port: PortRange?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("ipv6", &ipv6)
            try x.element("address", &address)
            try x.element("port", &port)
        }
    }

    public struct AddressRange: XMLElement {
        public var start = ""
        public var end: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("start", &start)
            try x.attribute("end", &end)
        }
    }

    public struct PortRange: XMLElement {
        public var start: UInt16 = 1024
        public var end: UInt16 = 65535

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("start", &start)
            try x.attribute("end", &end)
        }
    }
}
