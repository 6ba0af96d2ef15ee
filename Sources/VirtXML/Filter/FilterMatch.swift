import ByteText
import XMLBinding

/// Which packets match: those of a protocol with certain values.
public struct FilterMatch: XMLElement {
    public internal(set) var kind: FilterProtocol
    /// The values, in the order of the protocol's attributes.
    public var values: [Value] = []

    public init() { kind = FilterProtocol.all[0] }

    public init(_ kind: FilterProtocol) { self.kind = kind }

    /// An attribute with its value in the usual form.
    public struct Value: Equatable, Sendable {
        public var name: String
        public var text: String
        /// Whether packets match that do not have the value.
        public var isNegated = false
    }

    /// The value of an attribute.
    public subscript(name: String) -> String? { values.first { $0.name == name }?.text }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var word = values.contains(where: \.isNegated) ? "no" : nil
        try x.attribute("match", &word)
        let isNegated = word == "no"
        var fault: XMLError?
        for attribute in kind.attributes {
            var text = self[attribute.name.description]
            try x.attribute(attribute.name, &text)
            guard x.isReading, let text else { continue }
            guard let usual = attribute.kind.normalized(text) else {
                // libvirt reads on, and tells of the last.
                fault = x.fault(
                    "\(attribute.name) has illegal value \(text)", .internalError,
                    attribute: attribute.name.description, value: text)
                continue
            }
            values.append(
                Value(name: attribute.name.description, text: usual, isNegated: isNegated))
        }
        if let fault { throw fault }
        if x.isReading { try settleSpecials(x) }
    }

    /// Ports need a protocol that has some. Of a set of addresses only `all` keeps the whole.
    private mutating func settleSpecials(_ x: XMLBinder) throws(XMLError) {
        if let family = ["ip": "IP", "ipv6": "IPv6"][kind.name.description],
            values.contains(where: { $0.name.hasByteSuffix("portstart") || $0.name.hasByteSuffix("portend") }
            ),
            !["tcp", "udp", "33", "sctp"].contains(self["protocol"])
        {
            throw x.fault(
                "\(family) rule with port specification requires protocol specification with protocol to be "
                    + "either one of tcp(6), udp(17), dccp(33), or sctp(132)", .internalError)
        }
        guard !kind.name.description.hasBytePrefix("all") else { return }
        if let set = values.first(where: { $0.name == "ipset" }), self["ipsetflags"] == nil {
            values.append(Value(name: "ipsetflags", text: "src", isNegated: set.isNegated))
            sort()
        } else {
            values.removeAll { $0.name.hasBytePrefix("ipset") }
        }
    }

    /// Takes in the values of another element of the same protocol.
    mutating func merge(_ other: FilterMatch) {
        let new = other.values.map(\.name)
        values.removeAll { new.contains($0.name) }
        values += other.values
        sort()
    }

    private mutating func sort() {
        let order = kind.attributes.map(\.name.description)
        values.sort { (order.firstIndex(of: $0.name) ?? 0) < (order.firstIndex(of: $1.name) ?? 0) }
    }

    /// Negates the values that go with another as that one is.
    mutating func settle() {
        values = values.map { value in
            var value = value
            let leader = values.first { $0.name == Self.leaders[value.name] }
            value.isNegated = leader?.isNegated ?? (value.isNegated && !followsPorts(value.name))
            return value
        }
    }

    /// Whether only the port that packets come from says that a port is negated: where packets are those of a connection.
    private func followsPorts(_ name: String) -> Bool {
        !["ip", "ipv6"].contains(kind.name.description) && Self.leaders[name] == "srcportstart"
    }

    /// The elements that say this: one for the values that packets must have, one for those that they must not.
    var elements: [FilterMatch] {
        let parts = [values.filter { !$0.isNegated }, values.filter(\.isNegated)].filter { !$0.isEmpty }
        return (parts.isEmpty ? [[]] : parts).map { values in
            var copy = self
            copy.values = values
            return copy
        }
    }

    /// Values that are negated together with another.
    private static let leaders = [
        "srcmacmask": "srcmacaddr", "dstmacmask": "dstmacaddr", "srcipmask": "srcipaddr",
        "dstipmask": "dstipaddr", "srcipto": "srcipfrom", "dstipto": "dstipfrom",
        "srcportend": "srcportstart", "dstportstart": "srcportstart", "dstportend": "srcportstart",
        "arpsrcipmask": "arpsrcipaddr", "arpdstipmask": "arpdstipaddr",
    ]
}

/// A protocol that rules know, with the attributes that its packets may be matched by.
public struct FilterProtocol: Equatable, Sendable {
    public let name: StaticString
    let attributes: [Attribute]

    struct Attribute: Sendable {
        let name: StaticString
        let kind: FilterValueKind
    }

    public static func == (left: FilterProtocol, right: FilterProtocol) -> Bool {
        left.name.description == right.name.description
    }

    /// The protocol of that name.
    public static func named(_ name: String) -> FilterProtocol? {
        all.first { $0.name.description == name }
    }

    private init(_ name: StaticString, _ groups: [Attribute]...) {
        self.name = name
        attributes = groups.flatMap { $0 } + [Attribute(name: "comment", kind: .text)]
    }

    /// Every protocol.
    public static let all: [FilterProtocol] =
        [
            FilterProtocol("mac", ethernet, list(.protocolID, "protocolid")),
            FilterProtocol(
                "vlan", ethernet, list(.number(4095), "vlanid"), list(.taggedProtocolID, "encap-protocol")),
            FilterProtocol(
                "stp", list(.mac, "srcmacaddr") + list(.macMask, "srcmacmask"), spanningTree),
            FilterProtocol("arp", ethernet, resolution),
            FilterProtocol("rarp", ethernet, resolution),
            FilterProtocol(
                "ip", ethernet, addresses(.ipv4), list(.ipProtocol, "protocol"), ports,
                list(.number(63), "dscp")),
            FilterProtocol(
                "ipv6", ethernet, addresses(.ipv6), list(.ipProtocol, "protocol"), ports,
                list(.number(255), "type", "typeend", "code", "codeend")),
        ] + ["tcp", "udp", "sctp"].flatMap(withPorts) + ["udplite", "esp", "ah", "all"].flatMap(plain)
        + [
            FilterProtocol("igmp", transport(.ipv4)),
            FilterProtocol("icmp", transport(.ipv4), list(.number(255), "type", "code")),
            FilterProtocol("icmpv6", transport(.ipv6), list(.number(255), "type", "code")),
        ]

    private static func withPorts(_ name: StaticString) -> [FilterProtocol] {
        let isTCP = name.description == "tcp"
        let option = isTCP ? list(.number(255), "option") : []
        let second: StaticString =
            isTCP ? "tcp-ipv6" : name.description == "udp" ? "udp-ipv6" : "sctp-ipv6"
        return [
            FilterProtocol(
                name, transport(.ipv4), ports, option, isTCP ? list(.flags, "flags") : []),
            FilterProtocol(second, transport(.ipv6), ports, option),
        ]
    }

    private static func plain(_ name: StaticString) -> [FilterProtocol] {
        let second: StaticString =
            switch name.description {
            case "udplite": "udplite-ipv6"
            case "esp": "esp-ipv6"
            case "ah": "ah-ipv6"
            default: "all-ipv6"
            }
        return [
            FilterProtocol(name, transport(.ipv4)), FilterProtocol(second, transport(.ipv6)),
        ]
    }

    private static func list(_ kind: FilterValueKind, _ names: StaticString...) -> [Attribute] {
        names.map { Attribute(name: $0, kind: kind) }
    }

    private static let ethernet =
        list(.mac, "srcmacaddr") + list(.macMask, "srcmacmask") + list(.mac, "dstmacaddr")
        + list(.macMask, "dstmacmask")
    private static func addresses(_ family: AddressFamily) -> [Attribute] {
        list(.address(family), "srcipaddr") + list(.mask(family), "srcipmask")
            + list(.address(family), "dstipaddr") + list(.mask(family), "dstipmask")
    }
    private static let ports = list(
        .number(65535), "srcportstart", "srcportend", "dstportstart", "dstportend")
    private static func transport(_ family: AddressFamily) -> [Attribute] {
        list(.mac, "srcmacaddr") + addresses(family)
            + list(.address(family), "srcipfrom", "srcipto", "dstipfrom", "dstipto")
            + list(.number(63), "dscp") + list(.decimal(65535), "connlimit-above") + list(.state, "state")
            + list(.setName, "ipset") + list(.setFlags, "ipsetflags")
    }
    private static let resolution =
        list(.number(65535), "hwtype", "protocoltype") + list(.opcode, "opcode")
        + list(.mac, "arpsrcmacaddr", "arpdstmacaddr") + list(.address(.ipv4), "arpsrcipaddr")
        + list(.mask(.ipv4), "arpsrcipmask") + list(.address(.ipv4), "arpdstipaddr")
        + list(.mask(.ipv4), "arpdstipmask")
        + list(.flag, "gratuitous")
    private static let spanningTree =
        list(.number(255), "type", "flags") + list(.number(65535), "root-priority", "root-priority-hi")
        + list(.mac, "root-address") + list(.macMask, "root-address-mask")
        + list(.number(0xFFFF_FFFF), "root-cost", "root-cost-hi")
        + list(.number(65535), "sender-priority", "sender-priority-hi")
        + list(.mac, "sender-address") + list(.macMask, "sender-address-mask")
        + list(
            .number(65535), "port", "port-hi", "age", "age-hi", "max-age", "max-age-hi", "hello-time",
            "hello-time-hi", "forward-delay", "forward-delay-hi")
}
