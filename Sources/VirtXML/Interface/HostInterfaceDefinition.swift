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
        try checkPlace(x)
        try x.attribute("name", &name, orElse: "interface has no name")
        let isPart = x.node?.parent?.name == "bridge" || x.node?.parent?.name == "bond"
        if !isPart { try bindSettings(&x) }
        if type != .bridge { try x.element("link", &link) }
        if link == Link() { link = nil }
        if type == .ethernet {
            try x.group("mac") { (x) throws(XMLError) in try x.attribute("address", &mac, .unlessEmpty) }
        }
        try bindParts(&x)
    }

    /// A bond is made of devices, a bridge also of bonds and of networks in them.
    private func checkPlace(_ x: XMLBinder) throws(XMLError) {
        let known: [Kind] =
            switch x.node?.parent?.name {
            case "bridge": [.ethernet, .bond, .vlan]
            case "bond": [.ethernet]
            default: [.ethernet, .bridge, .bond, .vlan]
            }
        try x.require(known.contains(type), "interface has unsupported type '\(type.rawValue)'")
    }

    /// What is said of an interface that is no part of another.
    private mutating func bindSettings(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("start") { (x) throws(XMLError) in
            try x.attribute("mode", &startMode, .unlessEmpty.refusing("unknown interface startmode %", .xml))
        }
        x.expand()
        try x.group("mtu") { (x) throws(XMLError) in try x.attribute("size", &mtu, .unlessEmpty) }
        if mtu == 0 { mtu = nil }
        try x.elements("protocol", &protocols)
    }

    private mutating func bindParts(_ x: inout XMLBinder) throws(XMLError) {
        x.expand()
        let name = type.rawValue
        let isThere = [
            "bridge": x.hasChild("bridge"), "bond": x.hasChild("bond"), "vlan": x.hasChild("vlan"),
        ]
        try x.require(isThere[name] ?? true, "\(name) interface misses the \(name) element")
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

        /// The words of the kernel's for what a link does.
        public static let states: Set = [
            "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
        ]

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("speed", &speed)
            if speed == 0 { speed = nil }
            if x.isReading, x.node?.attribute("state") == "" { return }
            try x.word("state", &state, of: Self.states)
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
            try x.attribute(
                "family", &family, .refusing("unsupported protocol family '%'", .xml),
                orElse: "protocol misses the family attribute")
            x.expand()
            if family == .ipv6 { try x.flag("autoconf", &autoconf) }
            try x.element("dhcp", &dhcp)
            try x.elements("ip", &ips)
            if x.isReading { ips.removeAll { $0.address == nil } }
            try x.group("route") { (x) throws(XMLError) in try x.attribute("gateway", &gateway, .unlessEmpty)
            }
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
        public var address: String?
        public var prefix: Int32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("address", &address)
            try x.attribute("prefix", &prefix)
            if prefix == 0 { prefix = nil }
        }
    }

    public struct Bridge: XMLElement {
        public var stp: Bool?
        public var delay: String?
        public var interfaces: [HostInterfaceDefinition] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.onOff("stp", &stp, .orNone)
            try x.attribute("delay", &delay)
            x.expand()
            try x.elements("interface", &interfaces)
        }
    }

    public struct Bond: XMLElement {
        public var mode: String?
        public var miimon: MIIMonitor?
        public var arpmon: ARPMonitor?
        public var interfaces: [HostInterfaceDefinition] = []

        public init() {}

        private static let modes: Set = [
            "balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb",
            "balance-alb",
        ]

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.word("mode", &mode, among: Self.modes, "unknown bonding mode")
            x.expand()
            try x.element("miimon", &miimon)
            // One way is enough, and the first counts.
            if miimon == nil { try x.element("arpmon", &arpmon) }
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
            let words = "bond interface miimon freq missing or invalid"
            try x.attribute("freq", &frequency, .refusing(words, .xml), orElse: words)
            try x.attribute(
                "downdelay", &downDelay,
                .unlessEmpty.refusing("bond interface miimon downdelay invalid", .xml))
            try x.attribute(
                "updelay", &upDelay, .unlessEmpty.refusing("bond interface miimon updelay invalid", .xml))
            if downDelay == 0 { downDelay = nil }
            if upDelay == 0 { upDelay = nil }
            try x.word("carrier", &carrier, among: ["ioctl", "netif"], "unknown mii bonding carrier")
        }
    }

    public struct ARPMonitor: XMLElement {
        public var interval: UInt32 = 0
        public var target = ""
        public var validate: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let words = "bond interface arpmon interval missing or invalid"
            try x.attribute("interval", &interval, .refusing(words, .xml), orElse: words)
            try x.attribute("target", &target, .unlessEmpty, orElse: "bond interface arpmon target missing")
            try x.word(
                "validate", &validate, among: ["active", "backup", "all"], "unknown arp bonding validate")
        }
    }

    public struct VLANTag: XMLElement {
        public var tag = ""
        public var interfaceName = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("tag", &tag, .unlessEmpty, orElse: "vlan interface misses the tag attribute")
            try x.require(x.hasChild("interface"), "vlan interface misses name attribute")
            try x.group("interface") { (x) throws(XMLError) in
                try x.attribute(
                    "name", &interfaceName, .unlessEmpty, orElse: "vlan interface misses name attribute")
            }
        }
    }
}

extension XMLBinder {
    /// An attribute that is one of a few words, with words of its own for others; an empty one is none.
    fileprivate mutating func word(
        _ name: StaticString, _ value: inout String?, among known: Set<String>, _ complaint: String
    ) throws(XMLError) {
        try attribute(name, &value, .unlessEmpty)
        if let value { try require(known.contains(value), "\(complaint) \(value)") }
    }
}
