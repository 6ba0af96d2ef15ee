import Virt
import XMLBinding

/// A virtual network.
public struct NetworkDefinition: XMLRoot {
    public static let elementName: StaticString = "network"

    /// How many cards are plugged in; only while the network runs.
    public var connections: UInt32?
    public var ipv6 = false
    public var trustGuestRxFilters: Bool?
    public var name = ""
    public var uuid: UUID?
    public var title: String?
    public var description: String?
    public var metadata: Metadata?
    @Boxed public var forward: NetworkForward?
    @Boxed public var bridge: NetworkBridge?
    public var mtu: UInt32?
    public var mac: MACAddress?
    @Boxed public var domain: NetworkDomain?
    @Boxed public var dns: NetworkDNS?
    @Boxed public var vlan: VLAN?
    @Boxed public var bandwidth: Bandwidth?
    public var isolated: Bool?
    public var ips: [NetworkIP] = []
    public var routes: [InterfaceRoute] = []
    @Boxed public var virtualPort: VirtualPort?
    public var portgroups: [Portgroup] = []
    /// Options for dnsmasq, of its own namespace.
    public var dnsmasqOptions: [DnsmasqOption] = []

    public init() {}

    static let dnsmasqAddress: StaticString = "http://libvirt.org/schemas/network/dnsmasq/1.0"

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindRoot(&x)
        try x.value("name", &name)
        if x.isReading, name.isEmpty { throw x.fault("", .noName) }
        try x.uuid(&uuid)
        try x.value("title", &title)
        try x.value("description", &description)
        try x.element("metadata", &metadata)
        if x.isReading, x.node?.children.first(where: { $0.name == "metadata" })?.children.isEmpty ?? false {
            metadata = nil
        }
        try x.element("forward", &forward)
        if x.isReading, forward?.mode == NetworkForward.Mode.none { forward = nil }
        try bindBridge(&x)
        try x.group("mtu") { (x) throws(XMLError) in
            try x.attribute(
                "size", &mtu, .unlessEmpty.refusing("Invalid mtu size '%' in network '\(name)'", .xml))
        }
        if mtu == 0 { mtu = nil }
        try bindMAC(&x)
        try x.element("domain", &domain)
        if domain?.name == nil { domain = nil }
        try x.element("dns", &dns)
        if dns == NetworkDNS() { dns = nil }
        try x.element("vlan", &vlan)
        try x.bandwidth(&bandwidth)
        try x.group("port") { (x) throws(XMLError) in try x.yesNo("isolated", &isolated) }
        try x.elements("ip", &ips)
        try x.elements("route", &routes)
        try x.require(
            !x.hasChild("virtualport") || x.attribute("type", ofChild: "virtualport") != nil,
            "missing required virtualport type")
        try x.element("virtualport", &virtualPort)
        if x.isReading { try virtualPort?.checkKnown(x) }
        try x.require(
            virtualPort?.type != .some(.none), "unknown virtualport type none", .unsupported)
        try x.elements("portgroup", &portgroups)
        x.gather("dnsmasq:options", in: Self.dnsmasqAddress)
        if x.isReading || !dnsmasqOptions.isEmpty {
            try x.group("dnsmasq:options", in: Self.dnsmasqAddress) { (x) throws(XMLError) in
                try x.elements("dnsmasq:option", &dnsmasqOptions, in: Self.dnsmasqAddress)
            }
        }
        if x.isReading { try check(x) }
    }

    private mutating func bindMAC(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("mac") { (x) throws(XMLError) in
            try x.attribute(
                "address", &mac,
                .unlessEmpty.refusing("Invalid bridge mac address '%' in network '\(name)'", .xml))
            try x.require(
                mac?.isMulticast != true,
                "Invalid multicast bridge mac address '\(mac?.xml ?? "")' in network '\(name)'")
        }
    }

    private mutating func bindRoot(_ x: inout XMLBinder) throws(XMLError) {
        if !dnsmasqOptions.isEmpty { x.namespace("xmlns:dnsmasq", Self.dnsmasqAddress) }
        if x.isWriting, !x.options.contains(.inactive), connections != 0 {
            try x.attribute("connections", &connections)
        }
        let words = "Invalid ipv6 setting '%' in network '\(x.network)'"
        try x.yes("ipv6", &ipv6, .unlessEmpty.refusing(words, .xml))
        try x.yesNo("trustGuestRxFilters", &trustGuestRxFilters)
    }

    /// A network that routes has a bridge, with a name that is chosen if none is given.
    private mutating func bindBridge(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("bridge", &bridge)
        if bridge == NetworkBridge() { bridge = nil }
        guard x.isReading, forward?.mode.hasOwnBridge ?? true else { return }
        var own = bridge ?? NetworkBridge()
        own.stp = own.stp ?? true
        own.delay = own.delay ?? 0
        bridge = own
    }
}

extension XMLBinder {
    /// The identity of an object; libvirt's words for a wrong one.
    mutating func uuid(_ value: inout UUID?, _ code: XMLError.Code = .internalError) throws(XMLError) {
        var text = value?.description
        try self.value("uuid", &text)
        guard isReading, let text else { return }
        guard let parsed = UUID(text) else {
            throw fault("malformed uuid element", code, value: text)
        }
        value = parsed
    }
}

/// The bridge that a network's cards are plugged into.
public struct NetworkBridge: XMLElement {
    public var name: String?
    public var zone: String?
    public var stp: Bool?
    /// In seconds.
    public var delay: UInt64?
    public var macTableManager: InterfaceSource.MACTableManager?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, .unlessEmpty)
        try x.attribute("zone", &zone, .unlessEmpty)
        try x.onOff("stp", &stp, .orNone)
        try x.attribute(
            "delay", &delay, .unlessEmpty.refusing("Invalid delay value in network '\(x.network)'", .xml))
        try x.attribute(
            "macTableManager", &macTableManager,
            .unlessEmpty.refusing("Invalid macTableManager setting '%' in network '\(x.network)'", .xml))
    }
}

/// The DNS domain of a network's guests.
public struct NetworkDomain: XMLElement {
    public var name: String?
    public var localOnly: Bool?
    public var register: Bool?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try x.yesNo("localOnly", &localOnly)
        try x.yesNo("register", &register)
        try x.require(
            register != true || localOnly == true,
            "attribute 'register=yes' in <domain> element requires 'localOnly=yes' in network \(x.network)",
            .unsupported)
    }
}

/// Settings that cards may choose by name.
public struct Portgroup: XMLElement {
    public var name = ""
    public var isDefault = false
    public var trustGuestRxFilters: Bool?
    @Boxed public var vlan: VLAN?
    @Boxed public var virtualPort: VirtualPort?
    @Boxed public var bandwidth: Bandwidth?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, .unlessEmpty, orElse: "Missing required name attribute in portgroup")
        try x.yes("default", &isDefault, .orNone)
        try x.yesNo("trustGuestRxFilters", &trustGuestRxFilters)
        x.expand()
        try x.element("vlan", &vlan)
        try x.element("virtualport", &virtualPort)
        if x.isReading { try virtualPort?.checkKnown(x) }
        if virtualPort == VirtualPort() { virtualPort = nil }
        try x.bandwidth(&bandwidth)
    }
}

/// A line for dnsmasq's configuration.
public struct DnsmasqOption: XMLElement {
    public var value = ""

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("value", &value, orElse: "No dnsmasq options value specified", .internalError)
    }
}
