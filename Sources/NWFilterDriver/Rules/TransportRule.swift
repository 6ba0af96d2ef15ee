import ByteText
import Virt
import VirtXML

/// A rule about packets of IP and their connections: what libvirt has as rules of iptables.
struct TransportRule {
    let match: FilterMatch
    let isReversed: Bool

    /// Bits of a packet's mark, which say what connection it is of, and that it is to be refused. Rules of the bridge have no
    /// word for connections where the kernel keeps none for bridges, so rules of IP set these before.
    enum Mark {
        static let states: [(name: String, word: String, bit: UInt32)] = [
            ("NEW", "new", 1 << 28), ("ESTABLISHED", "established", 1 << 29),
            ("RELATED", "related", 1 << 30), ("INVALID", "invalid", 1 << 31),
        ]
        static let reply: UInt32 = 1 << 27
        static let rejected: UInt32 = 1 << 26
        /// All bits but these.
        static let others: UInt32 = (1 << 26) - 1
    }

    /// Which way of a connection packets go.
    enum Way { case original, reply, any }

    var isIPv6: Bool { match.kind.name.description.hasByteSuffix("v6") }

    /// The protocol's number; nil for all.
    private var number: Int? {
        let name = match.kind.name.description
        let plain = name.droppingByteSuffix("-ipv6").map { String($0) } ?? name
        return [
            "tcp": 6, "udp": 17, "sctp": 132, "udplite": 136, "esp": 50, "ah": 51, "igmp": 2, "icmp": 1,
            "icmpv6": 58,
        ][plain]
    }

    /// What the packets are, without their connection.
    func text() throws(VirtError) -> RuleText {
        try refuseWhatIsMissing()
        let (side, family) = (PacketSide(isReversed: isReversed), isIPv6 ? "ip6" : "ip")
        var rule = RuleText()
        // Who sends an answer is another one.
        if !isReversed { rule.addMAC(match, "srcmacaddr", mask: nil, "ether saddr") }
        rule.add("ether type \(family)")
        for (name, field) in [("src", side.source), ("dst", side.destination)] {
            rule.addAddress(match, name + "ipaddr", mask: name + "ipmask", "\(family) \(field)")
            addAddressRange(&rule, name, "\(family) \(field)")
        }
        rule.addNumber(match, "dscp", "\(family) dscp")
        if let number { rule.add("meta l4proto \(number)") }
        addPorts(&rule, side)
        addFlags(&rule)
        addOption(&rule)
        addMessage(&rule)
        return rule
    }

    private func refuseWhatIsMissing() throws(VirtError) {
        if match["ipset"] != nil {
            throw LinkLayerRule.refused("sets of addresses (ipset) aren't carried out")
        }
        if match["connlimit-above"] != nil {
            throw LinkLayerRule.refused("limits of connections (connlimit-above) aren't carried out")
        }
    }

    private func addAddressRange(_ rule: inout RuleText, _ name: String, _ field: String) {
        guard let first = match[name + "ipfrom"] else { return }
        let last = match[name + "ipto"] ?? first
        let value = first.hasSameBytes(as: last) ? first : "\(first)-\(last)"
        rule.add(field, is: value, not: match.isNegated(name + "ipfrom"))
    }

    private func addPorts(_ rule: inout RuleText, _ side: PacketSide) {
        let fields = side.fields("@th,0,16", "@th,16,16")
        // Whether it is negated is said of both by the first.
        let isNegated = match.isNegated("srcportstart")
        rule.addRange(match, "srcportstart", "srcportend", fields.source, not: isNegated)
        rule.addRange(match, "dstportstart", "dstportend", fields.destination, not: isNegated)
    }

    /// Of the flags that are looked at those that are set.
    private func addFlags(_ rule: inout RuleText) {
        guard let halves = match["flags"]?.split(atByte: "/"), halves.count == 2 else { return }
        let (mask, set) = (Self.bits(halves[0]), Self.bits(halves[1]))
        let isNegated = match.isNegated("flags")
        // What isn't looked at isn't set.
        let isKnown = set & ~mask != 0 ? false : mask == 0 ? true : nil
        if let isKnown { return isKnown == isNegated ? rule.addNever() : () }
        rule.add("@th,104,8 & \(mask) \(isNegated ? "!=" : "==") \(set)")
    }

    private static func bits(_ text: Substring) -> UInt8 {
        let names: [(String, UInt8)] = [
            ("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32), ("ALL", 63),
        ]
        return text.split(atByte: ",").reduce(0) { bits, word in
            bits | (names.first { $0.0.hasSameBytes(as: word) }?.1 ?? 0)
        }
    }

    private func addOption(_ rule: inout RuleText) {
        guard let option = match.number("option"), option != 0 else { return }
        rule.add("tcp option \(option) \(match.isNegated("option") ? "missing" : "exists")")
    }

    /// Whether the rule is about messages of a type, which have no answers of the same type.
    var hasMessageType: Bool { match["type"] != nil }

    /// The type of ICMP's messages, and their code if there is a type. In IPv4 255 stands for every type.
    private func addMessage(_ rule: inout RuleText) {
        guard let type = match.number("type") else { return }
        let isNegated = match.isNegated("type")
        if !isIPv6, type == 255 { return isNegated ? rule.addNever() : () }
        let code = match.number("code")
        guard isNegated else {
            return rule.add(anyOf: [["@th,0,8 \(type)"] + (code.map { ["@th,8,8 \($0)"] } ?? [])])
        }
        rule.add(
            anyOf: [["@th,0,8 != \(type)"]] + (code.map { [["@th,0,8 \(type)", "@th,8,8 != \($0)"]] } ?? []))
    }

    /// Whether nothing but who sends packets is said of them: then there are no answers to allow.
    var saysOnlySender: Bool {
        guard match["srcmacaddr"] != nil else { return false }
        let said = match.values.map(\.name).filter { name in
            ![
                "srcmacaddr", "comment", "state", "srcipmask", "dstipmask", "srcipto", "dstipto",
                "srcportend", "dstportend",
            ].contains(name)
        }
        return said.isEmpty
    }

    /// Words for packets of connections in one of these states.
    static func connection(_ states: [String], _ way: Way) -> [String] {
        let bits = Mark.states.filter { states.contains($0.name) }.reduce(0) { $0 | $1.bit }
        let inState = bits == 0 ? [] : ["meta mark & \(bits) != 0"]
        switch way {
        case .any: return inState
        case .original: return inState + ["meta mark & \(Mark.reply) == 0"]
        case .reply: return inState + ["meta mark & \(Mark.reply) != 0"]
        }
    }
}
