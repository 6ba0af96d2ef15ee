import ByteText
import VirtXML

/// What the host's firewall does for a network, as rules of nftables: the tables, chains and words that libvirt uses, so that
/// lists that people know stay true.
struct FirewallRules {
    let network: NetworkDefinition
    let bridge: String

    /// A family of the firewall's tables.
    enum Family: String, CaseIterable {
        case ip, ip6
    }

    /// One rule of a chain. Rules are put before those that are there.
    struct Rule: Equatable {
        let family: Family
        let chain: String
        let words: [String]

        init(_ family: Family, _ chain: String, _ words: String?...) {
            (self.family, self.chain) = (family, chain)
            self.words = words.compactMap { $0 }
        }
    }

    static let table = "libvirt_network"

    /// What makes the tables and chains of a family, in nft's language.
    static func base(_ family: Family) -> [String] {
        let table = "\(family) \(Self.table)"
        let forward = ["guest_output", "guest_input", "guest_cross"].flatMap { chain in
            ["add chain \(table) \(chain)", "insert rule \(table) forward counter jump \(chain)"]
        }
        return [
            "add table \(table)",
            "add chain \(table) forward { type filter hook forward priority 0; policy accept; }",
        ]
            + forward + [
                "add chain \(table) guest_nat { type nat hook postrouting priority 100; policy accept; }"
            ]
    }

    /// The network's rules, in the order in which they are inserted. An open network has none, and what isn't on a bridge
    /// of the daemon's neither.
    var rules: [Rule] {
        guard network.forward?.mode != .open, network.forward?.mode.hasOwnBridge ?? true else { return [] }
        var rules = isolation(.ip)
        if network.ipv6 || network.ips.contains(where: \.isIPv6) { rules += isolation(.ip6) }
        for ip in network.ips {
            guard let name = ip.networkName else { continue }
            let family: Family = ip.isIPv6 ? .ip6 : .ip
            switch network.forward?.mode {
            case .nat where !ip.isIPv6 || network.forward?.nat?.ipv6 == true:
                rules += translation(family, name)
            case .nat, .route: rules += routing(family, name)
            default: break
            }
        }
        return rules
    }

    /// Nothing passes but between guests.
    private func isolation(_ family: Family) -> [Rule] {
        [
            Rule(family, "guest_output", "iif", bridge, "counter", "reject"),
            Rule(family, "guest_input", "oif", bridge, "counter", "reject"),
            Rule(family, "guest_cross", "iif", bridge, "oif", bridge, "counter", "accept"),
        ]
    }

    /// The host's device that packets leave by; nil where any will do.
    private var device: String? { network.forward?.dev }

    /// `word DEVICE`, if a device is named.
    private func via(_ word: String) -> [String] { device.map { [word, $0] } ?? [] }

    private func output(_ family: Family, _ net: String) -> Rule {
        Rule(
            family, "guest_output",
            words: ["\(family)", "saddr", net, "iif", bridge] + via("oifname") + ["counter", "accept"])
    }

    private func routing(_ family: Family, _ net: String) -> [Rule] {
        [
            output(family, net),
            Rule(
                family, "guest_input",
                words: ["\(family)", "daddr", net] + via("iifname") + ["oif", bridge, "counter", "accept"]),
        ]
    }

    private func translation(_ family: Family, _ net: String) -> [Rule] {
        let answers =
            via("iifname") + ["oif", bridge, "\(family)", "daddr", net, "ct", "state", "related,established"]
        let leaving =
            ["\(family)", "saddr", net, "\(family)", "daddr", "!=", net] + via("oifname") + ["counter"]
        func nat(_ words: [String]) -> Rule { Rule(family, "guest_nat", words: words) }
        return [
            output(family, net), Rule(family, "guest_input", words: answers + ["counter", "accept"]),
            nat(leaving + target(family, ports: nil)),
            nat(["meta", "l4proto", "udp"] + leaving + target(family, ports: ports)),
            nat(["meta", "l4proto", "tcp"] + leaving + target(family, ports: ports)),
        ]
            + (family == .ip ? ["255.255.255.255/32", "224.0.0.0/24"] : ["ff02::/16"]).map { group in
                nat(
                    via("oifname") + [
                        "\(family)", "saddr", net, "\(family)", "daddr", group, "counter", "return",
                    ])
            }
    }

    private var ports: String {
        let range = network.forward?.nat?.port
        return ":\(range?.start ?? 1024)-\(range?.end ?? 65535)"
    }

    /// What guests' addresses become: one of the range, or the host's.
    private func target(_ family: Family, ports: String?) -> [String] {
        guard family == .ip, let range = network.forward?.nat?.address else {
            return ["masquerade"] + (ports.map { ["to", $0] } ?? [])
        }
        let last = range.end.flatMap { $0.hasSameBytes(as: range.start) ? nil : "-\($0)" } ?? ""
        return ["snat", "to", range.start + last + (ports ?? "")]
    }
}

extension FirewallRules.Rule {
    init(_ family: FirewallRules.Family, _ chain: String, words: [String]) {
        (self.family, self.chain, self.words) = (family, chain, words)
    }
}
