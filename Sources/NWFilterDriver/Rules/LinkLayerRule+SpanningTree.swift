import ByteText
import Virt
import VirtXML

extension LinkLayerRule {
    /// The group that spanning tree's frames go to.
    static let spanningTreeGroup = "01:80:c2:00:00:00"

    /// The fields of a frame that only those of configuration have, by the names of their attributes: where they are, and
    /// how many bits.
    private static let fields: [(name: String, field: String)] = [
        ("flags", "@nh,56,8"), ("root-priority", "@nh,64,16"), ("root-address", "@nh,80,48"),
        ("root-cost", "@nh,128,32"), ("sender-priority", "@nh,160,16"),
        ("sender-address", "@nh,176,48"), ("port", "@nh,224,16"), ("age", "@nh,240,16"),
        ("max-age", "@nh,256,16"), ("hello-time", "@nh,272,16"), ("forward-delay", "@nh,288,16"),
    ]

    func addSpanningTree(_ rule: inout RuleText) {
        rule.addMAC(match, "srcmacaddr", mask: "srcmacmask", "ether \(side.source)")
        rule.add("ether daddr \(Self.spanningTreeGroup)")
        let used = Self.fields.filter { match[$0.name] != nil }
        if match["type"] == nil, used.isEmpty { return }
        // A frame without LLC's header and the protocol's number is another thing.
        rule.add("@nh,0,40 0x4242030000")
        rule.addNumber(match, "type", "@nh,48,8")
        if used.isEmpty { return }
        var configuration = RuleText()
        configuration.add("@nh,48,8 0")
        for (name, field) in used { add(name, field, to: &configuration) }
        // Other frames have no such fields, and match by what they have.
        rule.add(anyOf: [["@nh,48,8 != 0"]] + configuration.ways)
    }

    private func add(_ name: String, _ field: String, to rule: inout RuleText) {
        if name.hasByteSuffix("address") {
            return rule.addMAC(match, name, mask: name + "-mask", field, asNumber: true)
        }
        rule.addRange(match, name, name + "-hi", field, not: match.isNegated(name))
    }
}
