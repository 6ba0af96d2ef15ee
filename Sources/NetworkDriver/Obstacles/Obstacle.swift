import ByteText
import JSON
import VirtXML

/// A rule or policy of somebody else's that drops what a network's guests live by.
struct Obstacle: Sendable, Hashable {
    let bridge: String
    let packets: String
    /// `table inet filter, chain input`.
    let place: String
    /// What drops them there, in nft's words.
    let cause: String
    /// Who is known to make such tables; nil for others.
    let owner: String?
    /// Where the packets can be let pass, and by which rules.
    let target: Target

    struct Target: Sendable, Hashable {
        let family: String
        let table: String
        let chain: String
        let rule: String

        /// The command that inserts the rule, in nft's language.
        func insertion(comment: String = "") -> String {
            let note = comment.isEmpty ? "" : " comment \"\(comment)\""
            return "insert rule \(family) \(table) \(chain) \(rule)\(note)"
        }
    }

    /// What an administrator types to let the packets pass.
    var repair: String {
        switch (owner, target.rule.contains(bytesOf: "dport")) {
        case ("ufw", true):
            "ufw allow in on \(bridge) to any port \(packets.hasBytePrefix("DHCP") ? "67" : "53")"
        case ("ufw", false): "ufw route allow \(target.rule.hasBytePrefix("iif") ? "in" : "out") on \(bridge)"
        case ("firewalld", _): "firewall-cmd --zone=libvirt --change-interface=\(bridge)"
        default: "nft '\(target.insertion())'"
        }
    }

    /// One line that says all.
    var description: String {
        let who = owner.map { " (\($0))" } ?? ""
        return "\(place)\(who) drops \(packets) of \(bridge): \(cause)"
    }
}

extension Obstacle {
    init?(to packet: Packet, on bridge: String, in rules: Ruleset) {
        guard let found = rules.obstacle(to: packet) else { return nil }
        let (family, table) = (found.chain.table.family, found.chain.table.table)
        self.bridge = bridge
        packets = packet.purpose.rawValue + (packet.isIPv6 ? " (IPv6)" : "")
        place = "table \(family) \(table), chain \(found.chain.name)"
        owner = Self.owner(of: found.base, in: rules)
        cause =
            found.rule.map { "its rule with handle \($0.handle)" }
            ?? "nothing there accepts them, and its policy is drop"
        let own = Ruleset.ChainName(table: found.base.table, name: "DOCKER-USER")
        target = Target(
            family: family, table: table, chain: rules.chains[own] == nil ? found.base.name : own.name,
            rule: Self.accepting(packet, bridge))
    }

    /// The rule that lets such packets pass, as iptables can read it, too.
    private static func accepting(_ packet: Packet, _ bridge: String) -> String {
        switch packet.purpose {
        case .addresses: "iifname \"\(bridge)\" udp dport \(packet.isIPv6 ? 547 : 67) counter accept"
        case .names: "iifname \"\(bridge)\" udp dport 53 counter accept"
        case .leaving: "iifname \"\(bridge)\" counter accept"
        case .answers: "oifname \"\(bridge)\" ct state established,related counter accept"
        }
    }

    /// Who makes tables such as the one of a chain.
    private static func owner(of base: Ruleset.ChainName, in rules: Ruleset) -> String? {
        if base.table.table.hasSameBytes(as: "firewalld") { return "firewalld" }
        let others = rules.chains.keys.filter { $0.table == base.table }
        if base.name.hasSameBytes(as: "FORWARD"), others.contains(where: { $0.name.hasBytePrefix("DOCKER") })
        {
            return "Docker"
        }
        return others.contains { $0.name.hasBytePrefix("ufw-") } ? "ufw" : nil
    }
}

extension NetworkDefinition {
    /// What guests of the network send and get for it to serve them.
    ///
    /// - Parameters:
    ///   - bridge: the network's.
    ///   - uplink: the link by which the host reaches others; nil where it isn't known.
    func vitalPackets(bridge: String, uplink: String?) -> [Packet] {
        ips.flatMap { ip -> [Packet] in
            guard let address = ip.address.flatMap({ IPAddress($0) }) else { return [] }
            let guest = ip.dhcp?.ranges.first.flatMap { IPAddress($0.start) }
            return toHost(ip, address, bridge, guest) + onward(ip, bridge, uplink, guest)
        }
    }

    private func toHost(
        _ ip: NetworkIP, _ address: IPAddress, _ bridge: String, _ guest: IPAddress?
    ) -> [Packet] {
        func packet(_ purpose: Packet.Purpose, to port: UInt64) -> Packet {
            var packet = Packet(purpose, hook: "input", isIPv6: ip.isIPv6, protocol: "udp")
            packet["iifname"] = .word(bridge)
            packet["th dport"] = .number(port)
            return packet
        }
        var found: [Packet] = []
        if ip.dhcp != nil {
            var request = packet(.addresses, to: ip.isIPv6 ? 547 : 67)
            request["th sport"] = .number(ip.isIPv6 ? 546 : 68)
            request["fib daddr type"] = .word(ip.isIPv6 ? "multicast" : "broadcast")
            if !ip.isIPv6 {
                request["ip saddr"] = IPAddress("0.0.0.0").map(Packet.Value.address)
                request["ip daddr"] = IPAddress("255.255.255.255").map(Packet.Value.address)
            }
            found.append(request)
        }
        if dns?.enable ?? true {
            var query = packet(.names, to: 53)
            let name = ip.isIPv6 ? "ip6" : "ip"
            query["fib daddr type"] = .word("local")
            query["\(name) saddr"] = guest.map(Packet.Value.address)
            query["\(name) daddr"] = .address(address)
            found.append(query)
        }
        return found
    }

    private func onward(_ ip: NetworkIP, _ bridge: String, _ uplink: String?, _ guest: IPAddress?) -> [Packet]
    {
        guard let forward, [.nat, .route, .open].contains(forward.mode),
            forward.mode != .nat || !ip.isIPv6 || forward.nat?.ipv6 == true
        else { return [] }
        let (name, out) = (ip.isIPv6 ? "ip6" : "ip", (forward.dev ?? uplink).map(Packet.Value.word))
        var leaving = Packet(.leaving, hook: "forward", isIPv6: ip.isIPv6, protocol: "tcp")
        (leaving["iifname"], leaving["oifname"]) = (.word(bridge), out)
        (leaving["\(name) saddr"], leaving["th dport"]) = (guest.map(Packet.Value.address), .number(443))
        var answer = Packet(.answers, hook: "forward", isIPv6: ip.isIPv6, protocol: "tcp")
        (answer["iifname"], answer["oifname"]) = (out, .word(bridge))
        (answer["\(name) daddr"], answer["th sport"]) = (guest.map(Packet.Value.address), .number(443))
        return [leaving, answer]
    }
}
