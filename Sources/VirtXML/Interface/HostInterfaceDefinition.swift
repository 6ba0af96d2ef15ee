import XMLBinding

/// A network interface of the host.
public struct HostInterfaceDefinition: XMLRoot {
    public static let elementName: StaticString = "interface"

    public var type: Kind = .ethernet
    public var name: String?
    public var startMode: StartMode?
    public var mac: String?
    public var mtu: UInt32?
    public var protocols: [IPProtocol] = []
    public var link: Link?
    @Boxed public var bridge: Bridge?
    @Boxed public var bond: Bond?
    @Boxed public var vlan: VLANTag?

    public init() {}

    public enum Kind: String, XMLWord { case ethernet, bridge, bond, vlan }
    public enum StartMode: String, XMLWord { case onboot, none, hotplug }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        try x.attribute("name", &name)
        try x.group("start") { (x) throws(XMLError) in try x.attribute("mode", &startMode) }
        x.expand()
        try x.group("mtu") { (x) throws(XMLError) in try x.attribute("size", &mtu) }
        try x.elements("protocol", &protocols)
        try x.element("link", &link)
        try x.group("mac") { (x) throws(XMLError) in try x.attribute("address", &mac) }
        switch type {
        case .bridge: try x.element("bridge", &bridge)
        case .bond: try x.element("bond", &bond)
        case .vlan: try x.element("vlan", &vlan)
        case .ethernet: break
        }
    }

    public struct Link: XMLElement {
        /// In megabits a second.
        public var speed: UInt32?
        public var state: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("speed", &speed)
            try x.attribute("state", &state)
        }
    }

    /// Addresses of one family.
    public struct IPProtocol: XMLElement {
        public var family: AddressFamily = .ipv4
        public var autoconf = false
        public var dhcp: DHCP?
        public var ips: [IP] = []
        public var gateway: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("family", &family)
            x.expand()
            try x.flag("autoconf", &autoconf)
            try x.element("dhcp", &dhcp)
            try x.elements("ip", &ips)
            try x.group("route") { (x) throws(XMLError) in try x.attribute("gateway", &gateway) }
        }
    }

    public struct DHCP: XMLElement {
        public var peerDNS: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("peerdns", &peerDNS)
        }
    }

    public struct IP: XMLElement {
        public var address = ""
        public var prefix: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("address", &address)
            try x.attribute("prefix", &prefix)
        }
    }

    public struct Bridge: XMLElement {
        public var stp: Bool?
        public var delay: String?
        public var interfaces: [HostInterfaceDefinition] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.onOff("stp", &stp)
            try x.attribute("delay", &delay)
            try x.elements("interface", &interfaces)
        }
    }

    public struct Bond: XMLElement {
        public var mode: String?
        public var miimon: MIIMonitor?
        public var arpmon: ARPMonitor?
        public var interfaces: [HostInterfaceDefinition] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("mode", &mode)
            try x.element("miimon", &miimon)
            try x.element("arpmon", &arpmon)
            try x.elements("interface", &interfaces)
        }
    }

    /// How lost links are noticed, in milliseconds.
    public struct MIIMonitor: XMLElement {
        public var frequency: UInt32 = 0
        public var downDelay: UInt32?
        public var upDelay: UInt32?
        public var carrier: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("freq", &frequency)
            try x.attribute("downdelay", &downDelay)
            try x.attribute("updelay", &upDelay)
            try x.attribute("carrier", &carrier)
        }
    }

    public struct ARPMonitor: XMLElement {
        public var interval: UInt32 = 0
        public var target = ""
        public var validate: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("interval", &interval)
            try x.attribute("target", &target)
            try x.attribute("validate", &validate)
        }
    }

    public struct VLANTag: XMLElement {
        public var tag: UInt32 = 0
        public var interfaceName = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("tag", &tag)
            try x.group("interface") { (x) throws(XMLError) in try x.attribute("name", &interfaceName) }
        }
    }
}
