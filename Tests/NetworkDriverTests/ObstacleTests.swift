import JSON
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import NetworkDriver

/// What others' rules do to guests' packets, by what nft lists of them.
struct ObstacleTests {
    private static let network = """
        <network><name>n</name><forward mode='nat'/><bridge name='virbr0'/>
          <ip address='192.168.122.1' netmask='255.255.255.0'>
            <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>
        """

    /// What a network's guests can't do on a host with these rules.
    private func obstacles(
        _ chains: [String: (hook: String?, policy: String)], _ rules: [(String, String)],
        family: String = "inet",
        more: String = "", text: String = "", network: String = network
    ) throws -> [Obstacle] {
        var items = chains.map { name, chain in
            let hook =
                chain.hook.map {
                    #", "type": "filter", "hook": "\#($0)", "prio": 0, "policy": "\#(chain.policy)""#
                } ?? ""
            return #"{"chain": {"family": "\#(family)", "table": "filter", "name": "\#(name)"\#(hook)}}"#
        }
        items += rules.enumerated().map { index, rule in
            #"{"rule": {"family": "\#(family)", "table": "filter", "chain": "\#(rule.0)", "handle": \#(index + 10), "expr": [\#(rule.1)]}}"#
        }
        let json = #"{"nftables": [\#((items + (more.isEmpty ? [] : [more])).joined(separator: ","))]}"#
        let ruleset = try Ruleset(json: json, text: text)
        let definition = try NetworkDefinition(xml: network, options: [])
        return definition.vitalPackets(bridge: "virbr0", uplink: "eth0").compactMap {
            Obstacle(to: $0, on: "virbr0", in: ruleset)
        }
    }

    private let accept = #"{"accept": null}"#
    private let drop = #"{"drop": null}"#

    private func match(_ left: String, _ right: String, _ op: String = "==") -> String {
        #"{"match": {"op": "\#(op)", "left": \#(left), "right": \#(right)}}"#
    }
    private func meta(_ key: String, _ right: String, _ op: String = "==") -> String {
        match(#"{"meta": {"key": "\#(key)"}}"#, right, op)
    }
    private func payload(_ name: String, _ field: String, _ right: String) -> String {
        match(#"{"payload": {"protocol": "\#(name)", "field": "\#(field)"}}"#, right)
    }

    @Test("A host without rules of others lets all pass")
    func nothing() throws {
        #expect(try obstacles([:], []).isEmpty)
        #expect(try obstacles(["input": ("input", "accept"), "forward": ("forward", "accept")], []).isEmpty)
    }

    @Test("A policy that drops stands in the way of what comes by its hook")
    func policies() throws {
        let input = try obstacles(["input": ("input", "drop")], [])
        #expect(input.map(\.packets) == ["DHCP requests", "DNS queries"])
        #expect(input.first?.place == "table inet filter, chain input")
        #expect(
            input.first?.repair
                == #"nft 'insert rule inet filter input iifname "virbr0" udp dport 67 counter accept'"#)
        let forward = try obstacles(["forward": ("forward", "drop")], [])
        #expect(forward.map(\.packets) == ["packets that leave the network", "answers to guests"])
    }

    @Test("Rules that accept the packets before are no obstacles, by link, port, state, set and address")
    func accepted() throws {
        let input: [String: (hook: String?, policy: String)] = ["input": ("input", "drop")]
        let forward: [String: (hook: String?, policy: String)] = ["forward": ("forward", "drop")]
        func left(_ chains: [String: (hook: String?, policy: String)], _ statements: String...) throws
            -> [String]
        {
            try obstacles(chains, statements.map { (chains.keys.first ?? "", $0) }).map(\.packets)
        }
        #expect(try left(input, meta("iifname", #""virbr0""#) + "," + accept).isEmpty)
        #expect(try left(input, meta("iifname", #""vir*""#) + "," + accept).isEmpty)
        #expect(try left(input, meta("iifname", #"{"set": ["lo", "virbr0"]}"#) + "," + accept).isEmpty)
        #expect(try left(input, meta("iifname", #""eth0""#, "!=") + "," + accept).isEmpty)
        #expect(try left(input, meta("iifname", #""docker0""#) + "," + accept).count == 2)
        #expect(try left(input, payload("udp", "dport", "67") + "," + accept) == ["DNS queries"])
        #expect(try left(input, payload("tcp", "dport", "67") + "," + accept).count == 2)
        #expect(
            try left(input, payload("th", "dport", #"{"set": [53, {"range": [60, 70]}]}"#) + "," + accept)
                .isEmpty)
        let saddr = #"{"prefix": {"addr": "192.168.122.0", "len": 24}}"#
        #expect(try left(input, payload("ip", "saddr", saddr) + "," + accept) == ["DHCP requests"])
        #expect(try left(input, payload("ip6", "saddr", #""fe80::1""#) + "," + accept).count == 2)
        let state = match(#"{"ct": {"key": "state"}}"#, #"["established", "related"]"#, "in")
        #expect(try left(forward, state + "," + accept) == ["packets that leave the network"])
        #expect(try left(forward, payload("tcp", "dport", "25") + "," + drop, accept).isEmpty)
        // A link that packets leave by isn't known of what is for the host.
        #expect(try left(input, meta("oifname", #""eth0""#, "!=") + "," + accept).count == 2)
    }

    @Test("What isn't known of a packet is no obstacle")
    func unknown() throws {
        let input: [String: (hook: String?, policy: String)] = ["input": ("input", "drop")]
        #expect(try obstacles(input, [("input", meta("mark", "7") + "," + accept)]).isEmpty)
        #expect(try obstacles(input, [("input", #"{"limit": {"rate": 3}},"# + accept)]).isEmpty)
        #expect(
            try obstacles(["input": ("input", "accept")], [("input", meta("mark", "7") + "," + drop)]).isEmpty
        )
        #expect(
            try obstacles(input, [("input", payload("ip", "saddr", #""@friends""#) + "," + accept)]).isEmpty)
    }

    @Test("Chains are followed, return is known from accept, and a rule that surely drops has its number")
    func chains() throws {
        let chains: [String: (hook: String?, policy: String)] = [
            "FORWARD": ("forward", "drop"), "DOCKER-USER": (nil, ""), "DOCKER-FORWARD": (nil, ""),
        ]
        func jump(_ name: String) -> String { #"{"jump": {"target": "\#(name)"}}"# }
        let docker = [
            ("FORWARD", jump("DOCKER-USER")), ("FORWARD", jump("DOCKER-FORWARD")),
            ("DOCKER-USER", #"{"counter": null}, {"return": null}"#),
            ("DOCKER-FORWARD", meta("iifname", #""docker0""#) + "," + accept),
        ]
        let found = try obstacles(chains, docker, family: "ip")
        #expect(found.count == 2 && found.allSatisfy { $0.owner == "Docker" })
        #expect(
            found.first?.repair == #"nft 'insert rule ip filter DOCKER-USER iifname "virbr0" counter accept'"#
        )
        let added = [("DOCKER-USER", meta("iifname", #""virbr0""#) + "," + accept)] + docker
        #expect(try obstacles(chains, added, family: "ip").map(\.packets) == ["answers to guests"])
        let refused = try obstacles(
            ["input": ("input", "accept"), "own": (nil, "")],
            [("input", #"{"goto": {"target": "own"}}"#), ("own", #"{"reject": {"type": "icmpx"}}"#)])
        #expect(refused.first?.place == "table inet filter, chain own")
        #expect(refused.first?.cause == "its rule with handle 11")
    }

    @Test("Maps of verdicts are looked up")
    func maps() throws {
        let input: [String: (hook: String?, policy: String)] = ["input": ("input", "drop")]
        let map =
            #"{"vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": [["lo", {"drop": null}], ["virbr0", {"accept": null}]]}}}"#
        #expect(try obstacles(input, [("input", map)]).isEmpty)
        let named =
            #"{"map": {"family": "inet", "table": "filter", "name": "m", "elem": [["virbr0", {"drop": null}]]}}"#
        let rule = #"{"vmap": {"key": {"meta": {"key": "iifname"}}, "data": "@m"}}"#
        #expect(try obstacles(["input": ("input", "accept")], [("input", rule)], more: named).count == 2)
    }

    @Test("Matches of iptables are read in words")
    func iptables() throws {
        let text = """
            table ip filter { # handle 1
            \tchain FORWARD { # handle 1
            \t\tct state established,related counter packets 0 bytes 0 accept # handle 10
            """
        let rule = #"{"xt": {"type": "match", "name": "conntrack"}}, "# + accept
        let chains: [String: (hook: String?, policy: String)] = [
            "FORWARD": ("forward", "drop"), "ufw-x": (nil, ""),
        ]
        let found = try obstacles(chains, [("FORWARD", rule)], family: "ip", text: text)
        #expect(found.map(\.packets) == ["packets that leave the network"])
        #expect(found.first?.repair == "ufw route allow in on virbr0")
        // What its words don't say may let them pass.
        #expect(try obstacles(chains, [("FORWARD", rule)], family: "ip").isEmpty)
    }

    @Test("An isolated network needs nothing of the forward hook, one with IPv6 needs its own")
    func networks() throws {
        let isolated =
            "<network><name>n</name><bridge name='virbr0'/><ip address='10.0.0.1' prefix='24'/></network>"
        #expect(try obstacles(["forward": ("forward", "drop")], [], network: isolated).isEmpty)
        #expect(
            try obstacles(["input": ("input", "drop")], [], network: isolated).map(\.packets) == [
                "DNS queries"
            ])
        let routed = """
            <network><name>n</name><forward mode='route'/><bridge name='virbr0'/>
              <ip family='ipv6' address='fd00::1' prefix='64'><dhcp><range start='fd00::2' end='fd00::9'/></dhcp></ip></network>
            """
        let ip6 = try obstacles(
            ["f": ("forward", "drop"), "i": ("input", "drop")], [], family: "ip6", network: routed)
        #expect(ip6.count == 4 && ip6.allSatisfy { $0.packets.hasSuffix("(IPv6)") })
        #expect(try obstacles(["f": ("forward", "drop")], [], family: "ip", network: routed).isEmpty)
    }
}
