import ByteText
import Virt
import VirtXML

extension LinkLayerRule {
    func addIP(_ rule: inout RuleText) throws(VirtError) {
        addEthernet(&rule)
        rule.add("ether type ip")
        rule.addAddress(match, "srcipaddr", mask: "srcipmask", "ip \(side.source)")
        rule.addAddress(match, "dstipaddr", mask: "dstipmask", "ip \(side.destination)")
        // The whole byte, as libvirt's rules have it.
        rule.addNumber(match, "dscp", "@nh,8,8")
        rule.addNumber(match, "protocol", "ip protocol")
        try addPorts(&rule)
    }

    func addIPv6(_ rule: inout RuleText) throws(VirtError) {
        addEthernet(&rule)
        rule.add("ether type ip6")
        rule.addAddress(match, "srcipaddr", mask: "srcipmask", "ip6 \(side.source)")
        rule.addAddress(match, "dstipaddr", mask: "dstipmask", "ip6 \(side.destination)")
        rule.addNumber(match, "protocol", "meta l4proto")
        try addPorts(&rule)
        try addMessages(&rule)
    }

    private func addPorts(_ rule: inout RuleText) throws(VirtError) {
        guard match["srcportstart"] != nil || match["dstportstart"] != nil else { return }
        try requireProtocol("ports")
        let fields = side.fields("@th,0,16", "@th,16,16")
        for (name, field) in [("srcport", fields.source), ("dstport", fields.destination)] {
            rule.addRange(
                match, name + "start", name + "end", field, not: match.isNegated(name + "start"))
        }
    }

    private func requireProtocol(_ what: String) throws(VirtError) {
        if match["protocol"] == nil || match.isNegated("protocol") {
            throw Self.refused("\(what) need a protocol, and one that isn't negated")
        }
    }

    /// The types and codes of ICMPv6: what has one end reaches to the other.
    private func addMessages(_ rule: inout RuleText) throws(VirtError) {
        let names = ["type", "typeend", "code", "codeend"]
        guard let first = names.first(where: { match[$0] != nil }) else { return }
        try requireProtocol("types and codes")
        if match.number("protocol") != 58 { throw Self.refused("types and codes are those of icmpv6") }
        func range(_ name: String) -> ClosedRange<UInt32>? {
            let (start, end) = (match.number(name), match.number(name + "end"))
            if start == nil, end == nil { return 0...255 }
            let low = start ?? 0
            let high = end ?? start ?? 255
            return low <= high ? low...high : nil
        }
        guard let types = range("type"), let codes = range("code") else {
            throw Self.refused("a range of types or codes ends before it starts")
        }
        let inside = [words("@th,0,8", types, false), words("@th,8,8", codes, false)].flatMap { $0 }
        guard match.isNegated(first) else { return rule.add(anyOf: [inside]) }
        rule.add(
            anyOf: [words("@th,0,8", types, true), words("@th,8,8", codes, true)].filter { !$0.isEmpty })
    }

    private func words(_ field: String, _ range: ClosedRange<UInt32>, _ isNegated: Bool) -> [String] {
        if range == 0...255 { return [] }
        let value =
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        return ["\(field) \(isNegated ? "!= " : "")\(value)"]
    }
}
