import VirtXML

/// The filters that a host comes with: those that libvirt's documentation names, with what it says of each.
enum StockFilters {
    /// A filter: its name, its element's other attributes, and what stands in it.
    private static let all: [(name: String, attributes: String, body: String)] =
        allowing + preventing + composed

    private static let allowing = [
        ("allow-arp", "chain='arp'", rule("accept", "inout")),
        ("allow-ipv4", "chain='ipv4'", rule("accept", "inout")),
        ("allow-ipv6", "chain='ipv6'", rule("accept", "inout")),
        ("allow-incoming-ipv4", "chain='ipv4'", rule("accept", "in")),
        ("allow-incoming-ipv6", "chain='ipv6'", rule("accept", "in")),
        ("allow-dhcp", "chain='ipv4'", requests + rule("accept", "in", 100, "<ip \(answer)/>")),
        (
            "allow-dhcp-server", "chain='ipv4'",
            requests + rule("accept", "in", 100, "<ip srcipaddr='$DHCPSERVER' \(answer)/>")
        ),
        ("allow-dhcpv6", "chain='ipv6'", requests6 + rule("accept", "in", 100, "<ipv6 \(answer6)/>")),
        (
            "allow-dhcpv6-server", "chain='ipv6'",
            requests6 + rule("accept", "in", 100, "<ipv6 srcipaddr='$DHCPSERVER' \(answer6)/>")
        ),
    ]

    /// What a client asks of DHCP's servers, and what they answer.
    private static let requests = rule(
        "accept", "out", 100,
        "<ip srcipaddr='0.0.0.0' dstipaddr='255.255.255.255' protocol='udp' srcportstart='68' dstportstart='67'/>"
    )
    private static let answer = "protocol='udp' srcportstart='67' dstportstart='68'"
    private static let requests6 = rule(
        "accept", "out", 100,
        "<ipv6 srcipaddr='fe80::' srcipmask='10' dstipaddr='ff02::1:2' protocol='udp' srcportstart='546' dstportstart='547'/>"
    )
    private static let answer6 = "protocol='udp' srcportstart='547' dstportstart='546'"

    private static let preventing = [
        (
            "no-mac-spoofing", "chain='mac' priority='-800'",
            rule("return", "out", 500, "<mac srcmacaddr='$MAC'/>") + rule("drop", "out", 500, "<mac/>")
        ),
        (
            "no-ip-spoofing", "chain='ipv4-ip' priority='-710'",
            rule("return", "out", 100, "<ip srcipaddr='0.0.0.0' protocol='udp'/>")
                + rule("return", "out", 500, "<ip srcipaddr='$IP'/>") + rule("drop", "out", 1000)
        ),
        (
            "no-ipv6-spoofing", "chain='ipv6-ip' priority='-610'",
            rule("return", "out", 100, "<ipv6 srcipaddr='fe80::' srcipmask='10' protocol='udp'/>")
                + rule("return", "out", 500, "<ipv6 srcipaddr='$IPV6'/>") + rule("drop", "out", 1000)
        ),
        (
            "no-arp-mac-spoofing", "chain='arp-mac' priority='-520'",
            rule("return", "out", 350, "<arp arpsrcmacaddr='$MAC'/>") + rule("drop", "out", 1000)
        ),
        (
            "no-arp-ip-spoofing", "chain='arp-ip' priority='-510'",
            rule("return", "out", 400, "<arp arpsrcipaddr='$IP'/>") + rule("drop", "out", 1000)
        ),
        (
            "no-ip-multicast", "chain='ipv4'",
            rule("drop", "out", 500, "<ip dstipaddr='224.0.0.0' dstipmask='4'/>")
        ),
        (
            "no-ipv6-multicast", "chain='ipv6'",
            rule("drop", "out", 500, "<ipv6 dstipaddr='ff00::' dstipmask='8'/>")
        ),
        (
            "no-mac-broadcast", "chain='ipv4'",
            rule("drop", "out", 500, "<mac dstmacaddr='ff:ff:ff:ff:ff:ff'/>")
        ),
        ("no-other-l2-traffic", "", rule("drop", "inout", 1000)),
        ("no-other-rarp-traffic", "chain='rarp'", rule("drop", "inout", 1000)),
    ]

    private static let composed = [
        ("no-arp-spoofing", "", references("no-arp-mac-spoofing", "no-arp-ip-spoofing")),
        (
            "qemu-announce-self-rarp", "chain='rarp'",
            rule("accept", "out", 500, "<rarp srcmacaddr='$MAC' \(announcement)/>")
                + rule("accept", "in", 500, "<rarp \(announcement)/>")
        ),
        (
            "qemu-announce-self", "",
            rule("accept", "out", 500, "<mac protocolid='0x835'/>")
                + references("qemu-announce-self-rarp", "no-other-rarp-traffic")
        ),
        (
            "clean-traffic", "",
            references("no-mac-spoofing", "no-ip-spoofing")
                + rule("accept", "out", -650, "<mac protocolid='ipv4'/>")
                + references("allow-incoming-ipv4", "no-arp-spoofing") + anyARP
                + references("no-other-l2-traffic", "qemu-announce-self")
        ),
        (
            "clean-traffic-gateway", "",
            references("no-mac-spoofing", "no-ip-spoofing", "no-arp-spoofing") + anyARP
                + rule("accept", "in", 500, "<mac srcmacaddr='$GATEWAY_MAC'/>")
                + rule("accept", "out", 500, "<mac dstmacaddr='$GATEWAY_MAC'/>")
                + references("no-other-l2-traffic", "qemu-announce-self")
        ),
    ]

    /// How a guest tells where it is after it has moved.
    private static let announcement = """
        dstmacaddr='ff:ff:ff:ff:ff:ff' opcode='Request_Reverse' arpsrcmacaddr='$MAC' arpdstmacaddr='$MAC' \
        arpsrcipaddr='0.0.0.0' arpdstipaddr='0.0.0.0'
        """
    private static let anyARP = rule("accept", "inout", -500, "<mac protocolid='arp'/>")

    private static func rule(
        _ action: String, _ direction: String, _ priority: Int = 500, _ match: String = ""
    ) -> String {
        "<rule action='\(action)' direction='\(direction)' priority='\(priority)'>\(match)</rule>"
    }

    private static func references(_ names: String...) -> String {
        names.map { "<filterref filter='\($0)'/>" }.joined()
    }

    /// The filters' documents.
    static var documents: [String] {
        all.map { "<filter name='\($0.name)' \($0.attributes)>\($0.body)</filter>" }
    }
}
