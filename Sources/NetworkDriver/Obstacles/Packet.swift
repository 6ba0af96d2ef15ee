import ByteText
import JSON
import Virt
import VirtXML

/// A packet that a guest lives by, as a rule of the firewall may look at it. What isn't known of it is left out.
struct Packet: Sendable {
    /// What it is for.
    let purpose: Purpose
    /// Where in the kernel it passes by: `input` for what is for the host, `forward` for what goes on.
    let hook: String
    private var fields: [String: Value] = [:]

    enum Purpose: String, Sendable, CaseIterable {
        case addresses = "DHCP requests"
        case names = "DNS queries"
        case leaving = "packets that leave the network"
        case answers = "answers to guests"
    }

    enum Value: Sendable {
        case word(String)
        case number(UInt64)
        case address(IPAddress)
    }

    init(_ purpose: Purpose, hook: String, isIPv6: Bool, protocol name: String) {
        (self.purpose, self.hook) = (purpose, hook)
        self["meta nfproto"] = .word(isIPv6 ? "ipv6" : "ipv4")
        self["meta protocol"] = .word(isIPv6 ? "ip6" : "ip")
        self["ether type"] = self["meta protocol"]
        self["meta l4proto"] = .word(name)
        self[isIPv6 ? "ip6 nexthdr" : "ip protocol"] = .word(name)
        self["ct state"] = .word(purpose == .answers ? "established" : "new")
    }

    /// A field by the name that nft has for it; those of ports are said of `th`, whatever the protocol.
    subscript(field: String) -> Value? {
        get { fields[field] }
        set { fields[field] = newValue }
    }

    var isIPv6: Bool {
        if case .word("ipv6")? = self["meta nfproto"] { true } else { false }
    }

    /// Whether a match of a rule is met; nil where that isn't known.
    func meets(_ match: JSONValue, in rules: Ruleset, _ table: Ruleset.TableName) -> Bool? {
        guard let left = match["left"], let right = match["right"], let field = field(left) else {
            return nil
        }
        if isAbsent(field) { return false }
        guard let value = self[field], let equal = equals(value, right, in: rules, table) else { return nil }
        return match["op"]?.string?.hasSameBytes(as: "!=") ?? false ? !equal : equal
    }

    /// What an expression of a rule looks at, by nft's own name.
    func field(_ expression: JSONValue) -> String? {
        if let key = expression["meta"]?["key"]?.string {
            switch key {
            case "iif", "iifname": return "iifname"
            case "oif", "oifname": return "oifname"
            default: return "meta \(key)"
            }
        }
        if let key = expression["ct"]?["key"]?.string { return "ct \(key)" }
        if expression["fib"]?["result"]?.string == "type" { return "fib daddr type" }
        guard let payload = expression["payload"], let name = payload["protocol"]?.string,
            let field = payload["field"]?.string
        else { return nil }
        return ["sport", "dport"].contains(field) && isOwn(name) ? "th \(field)" : "\(name) \(field)"
    }

    /// Whether a transport protocol's name is that of the packet.
    private func isOwn(_ name: String) -> Bool {
        guard !name.hasSameBytes(as: "th"), case .word(let own)? = self["meta l4proto"] else { return true }
        return own.hasSameBytes(as: name)
    }

    /// Whether the packet surely hasn't what a field is of: another protocol, or no device that it leaves by.
    private func isAbsent(_ field: String) -> Bool {
        if field.hasSameBytes(as: "oifname") { return hook.hasSameBytes(as: "input") }
        let own = field.cut(atByte: " ")?.before ?? field[...]
        let others = isIPv6 ? ["ip", "arp", "icmp"] : ["ip6", "arp", "icmpv6"]
        if others.contains(where: { own.hasSameBytes(as: $0) }) { return true }
        let transports = ["tcp", "udp", "icmp", "icmpv6", "sctp", "dccp", "udplite"]
        return transports.contains { own.hasSameBytes(as: $0) } && !isOwn(String(own))
    }
}
