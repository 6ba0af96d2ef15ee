import XMLBinding

/// Which packets match: those of a protocol with certain values.
public struct FilterMatch: XMLElement {
    public internal(set) var kind: FilterProtocol
    /// Whether packets match that do not have the values.
    public var isNegated = false
    /// The values, in the order of the protocol's attributes.
    public var values: [Value] = []

    public init() { kind = FilterProtocol.all[0] }

    public init(_ kind: FilterProtocol) { self.kind = kind }

    /// An attribute with its value in the usual form.
    public struct Value: Equatable, Sendable {
        public var name: String
        public var text: String
    }

    /// The value of an attribute.
    public subscript(name: String) -> String? { values.first { $0.name == name }?.text }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var word: Bool? = isNegated ? false : nil
        try x.yesNo("match", &word)
        isNegated = word == false
        for attribute in kind.attributes {
            var text = self[attribute.name.description]
            try x.attribute(attribute.name, &text)
            guard x.isReading, let text else { continue }
            guard let usual = attribute.kind.normalized(text) else {
                throw x.fault(
                    "\(kind.name) has illegal value \(text) for \(attribute.name)", .internalError,
                    attribute: attribute.name.description, value: text)
            }
            values.append(Value(name: attribute.name.description, text: usual))
        }
    }
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
                "vlan", ethernet, list(.number(4095), "vlanid"), list(.protocolID, "encap-protocol")),
            FilterProtocol("stp", list(.mac, "srcmacaddr", "srcmacmask"), spanningTree),
            FilterProtocol("arp", ethernet, resolution),
            FilterProtocol("rarp", ethernet, resolution),
            FilterProtocol(
                "ip", ethernet, addresses, list(.ipProtocol, "protocol"), ports, list(.number(63), "dscp")),
            FilterProtocol(
                "ipv6", ethernet, addresses, list(.ipProtocol, "protocol"), ports,
                list(.number(255), "type", "typeend", "code", "codeend")),
        ] + ["tcp", "udp", "sctp"].flatMap(withPorts) + ["udplite", "esp", "ah", "all"].flatMap(plain)
        + [
            FilterProtocol("igmp", transport, state),
            FilterProtocol("icmp", transport, list(.number(255), "type", "code"), state),
            FilterProtocol("icmpv6", transport, list(.number(255), "type", "code"), state),
        ]

    private static func withPorts(_ name: StaticString) -> [FilterProtocol] {
        let flags = name.description == "tcp" ? list(.text, "flags") : []
        let second: StaticString =
            name.description == "tcp" ? "tcp-ipv6" : name.description == "udp" ? "udp-ipv6" : "sctp-ipv6"
        return [name, second].map { FilterProtocol($0, transport, ports, state, flags) }
    }

    private static func plain(_ name: StaticString) -> [FilterProtocol] {
        let second: StaticString =
            switch name.description {
            case "udplite": "udplite-ipv6"
            case "esp": "esp-ipv6"
            case "ah": "ah-ipv6"
            default: "all-ipv6"
            }
        return [name, second].map { FilterProtocol($0, transport, state) }
    }

    private static func list(_ kind: FilterValueKind, _ names: StaticString...) -> [Attribute] {
        names.map { Attribute(name: $0, kind: kind) }
    }

    private static let ethernet = list(.mac, "srcmacaddr", "srcmacmask", "dstmacaddr", "dstmacmask")
    private static let addresses =
        list(.address, "srcipaddr") + list(.mask, "srcipmask") + list(.address, "dstipaddr")
        + list(.mask, "dstipmask")
    private static let ports = list(
        .number(65535), "srcportstart", "srcportend", "dstportstart", "dstportend")
    private static let transport =
        list(.mac, "srcmacaddr") + addresses
        + list(.address, "srcipfrom", "srcipto", "dstipfrom", "dstipto") + list(.number(63), "dscp")
    private static let state =
        list(.number(65535), "connlimit-above") + list(.text, "state", "ipset") + list(.lower, "ipsetflags")
    private static let resolution =
        list(.number(65535), "hwtype", "protocoltype") + list(.opcode, "opcode")
        + list(.mac, "arpsrcmacaddr", "arpdstmacaddr") + list(.address, "arpsrcipaddr")
        + list(.mask, "arpsrcipmask") + list(.address, "arpdstipaddr") + list(.mask, "arpdstipmask")
        + list(.flag, "gratuitous")
    private static let spanningTree =
        list(.number(255), "type", "flags") + list(.number(65535), "root-priority", "root-priority-hi")
        + list(.mac, "root-address", "root-address-mask")
        + list(.number(0xFFFF_FFFF), "root-cost", "root-cost-hi")
        + list(.number(65535), "sender-priority", "sender-priority-hi")
        + list(.mac, "sender-address", "sender-address-mask")
        + list(
            .number(65535), "port", "port-hi", "age", "age-hi", "max-age", "max-age-hi", "hello-time",
            "hello-time-hi", "forward-delay", "forward-delay-hi")
}
