import ByteText
import Virt
import VirtXML

/// A rule about frames: what libvirt has as a rule of ebtables.
struct LinkLayerRule {
    let match: FilterMatch
    let side: PacketSide

    /// The rule, from the guest's side of a link or from the other.
    ///
    /// - Parameter match: nil where all frames match.
    static func text(_ match: FilterMatch?, isReversed: Bool) throws(VirtError) -> RuleText {
        guard let match else { return RuleText() }
        var rule = RuleText()
        try LinkLayerRule(match: match, side: PacketSide(isReversed: isReversed)).add(to: &rule)
        return rule
    }

    private func add(to rule: inout RuleText) throws(VirtError) {
        switch match.kind.name.description {
        case "mac": addMAC(&rule)
        case "vlan": addVLAN(&rule)
        case "stp": addSpanningTree(&rule)
        case "arp": addResolution(&rule, type: 0x806)
        case "rarp": addResolution(&rule, type: 0x8035)
        case "ip": try addIP(&rule)
        default: try addIPv6(&rule)
        }
    }

    static func refused(_ what: String) -> VirtError {
        VirtError(.configUnsupported, "network filters: \(what)", from: .nwfilter)
    }

    private func addMAC(_ rule: inout RuleText) {
        addEthernet(&rule)
        rule.addNumber(match, "protocolid", "ether type")
    }

    func addEthernet(_ rule: inout RuleText) {
        rule.addMAC(match, "srcmacaddr", mask: "srcmacmask", "ether \(side.source)")
        rule.addMAC(match, "dstmacaddr", mask: "dstmacmask", "ether \(side.destination)")
    }

    private func addVLAN(_ rule: inout RuleText) {
        addEthernet(&rule)
        rule.add("ether type 8021q")
        rule.addNumber(match, "vlanid", "vlan id")
        rule.addNumber(match, "encap-protocol", "vlan type")
    }

    // MARK: ARP and RARP

    private func addResolution(_ rule: inout RuleText, type: Int) {
        addEthernet(&rule)
        rule.add("ether type \(type)")
        rule.addNumber(match, "hwtype", "@nh,0,16")
        rule.addNumber(match, "protocoltype", "@nh,16,16")
        rule.addNumber(match, "opcode", "@nh,48,16")
        addHardware(&rule)
        addProtocol(&rule)
        addGratuitous(&rule)
    }

    /// Where addresses stand follows from what they are: those of Ethernet have six bytes, those of IP four.
    private static let hardware = "@nh,0,16 1 @nh,32,8 6"
    private static let resolved = "@nh,16,16 0x800 @nh,32,16 0x604"

    private func addHardware(_ rule: inout RuleText) {
        guard match["arpsrcmacaddr"] != nil || match["arpdstmacaddr"] != nil else { return }
        let fields = side.fields("@nh,64,48", "@nh,144,48")
        rule.add(Self.hardware)
        rule.addMAC(match, "arpsrcmacaddr", mask: nil, fields.source, asNumber: true)
        rule.addMAC(match, "arpdstmacaddr", mask: nil, fields.destination, asNumber: true)
    }

    private func addProtocol(_ rule: inout RuleText) {
        guard match["arpsrcipaddr"] != nil || match["arpdstipaddr"] != nil else { return }
        let fields = side.fields("@nh,112,32", "@nh,192,32")
        rule.add(Self.resolved)
        addResolved(&rule, "arpsrcipaddr", "arpsrcipmask", fields.source)
        addResolved(&rule, "arpdstipaddr", "arpdstipmask", fields.destination)
    }

    private func addResolved(_ rule: inout RuleText, _ name: String, _ mask: String, _ field: String) {
        guard let address = match[name].flatMap({ IPAddress($0) }) else { return }
        let length = match.number(mask) ?? 32
        let relation = match.isNegated(name) ? "!=" : "=="
        let bits = length == 0 ? 0 : UInt32.max << (32 - min(length, 32))
        let value = address.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & bits
        if bits == 0 { return match.isNegated(name) ? rule.addNever() : () }
        rule.add("\(field) & \(bits) \(relation) \(value)")
    }

    /// Who asks for its own address: byte by byte, sender and target are the same.
    private func addGratuitous(_ rule: inout RuleText) {
        guard match["gratuitous"]?.hasSameBytes(as: "true") == true else { return }
        let pairs = stride(from: 0, to: 32, by: 8).map { "@nh,\(112 + $0),8 . @nh,\(192 + $0),8" }
        rule.add(Self.resolved)
        if match.isNegated("gratuitous") {
            rule.add(anyOf: pairs.map { ["\($0) != @same"] })
        } else {
            for pair in pairs { rule.add("\(pair) @same") }
        }
    }
}
