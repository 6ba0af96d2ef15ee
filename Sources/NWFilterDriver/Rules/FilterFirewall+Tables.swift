import ByteText

extension FilterFirewall {
    /// The table of rules about frames, and of all that is told by them.
    static let frames = "bridge libvirt_nwfilter"
    /// The table that says of packets which connection they are of. It sees what goes through bridges where the kernel hands
    /// that to the rules of IP (`bridge-nf-call-iptables`).
    static let connections = "inet libvirt_nwfilter"

    /// Adding what is to be removed makes that it is there.
    static let removal = [frames, connections].flatMap { ["add table \($0)", "delete table \($0)"] }

    /// What makes the tables, before there are cards.
    static func base(_ needs: TableNeeds) -> [String] {
        let maps = CardRules.Hook.allCases.map {
            "add map \(frames) \($0.rawValue) { type ifname : verdict; }"
        }
        return ["add table \(frames)"] + maps + chain("prerouting", -300, [("iifname", .fromGuest)])
            + chain("postrouting", 300, [("oifname", .toGuest)])
            + chain("forward", -10, [("iifname", .connectionFromGuest), ("oifname", .connectionToGuest)])
            + chain("input", -10, [("iifname", .connectionFromGuest)])
            + (needs.contains(.pairs) ? [pairs] : []) + (needs.contains(.connections) ? states : [])
    }

    private static func chain(
        _ hook: String, _ priority: Int, _ entries: [(word: String, hook: CardRules.Hook)]
    ) -> [String] {
        ["add chain \(frames) \(hook) { type filter hook \(hook) priority \(priority); policy accept; }"]
            + entries.map { "add rule \(frames) \(hook) \($0.word) vmap @\($0.hook.rawValue)" }
    }

    private static let pairs: String = {
        let elements = (0..<256).map { "\($0) . \($0)" }.joined(separator: ", ")
        return "add set \(frames) same { typeof @nh,112,8 . @nh,192,8; elements = { \(elements) }; }"
    }()

    /// Marks what comes through bridges with its connection, and refuses what the bridge's rules have marked so.
    private static let states: [String] = {
        typealias Mark = TransportRule.Mark
        let bridged = "meta iifkind \"bridge\""
        let clear = "\(bridged) meta mark set meta mark & \(Mark.others)"
        func marking(_ what: String, _ bit: UInt32) -> String {
            "add rule \(connections) prerouting \(bridged) \(what) meta mark set meta mark | \(bit)"
        }
        return [
            "add table \(connections)",
            "add chain \(connections) prerouting { type filter hook prerouting priority -140; policy accept; }",
            "add rule \(connections) prerouting \(clear)",
        ]
            + Mark.states.map { marking("ct state \($0.word)", $0.bit) }
            + [marking("ct direction reply", Mark.reply)]
            + ["forward", "input"].flatMap { hook in
                [
                    "add chain \(connections) \(hook) { type filter hook \(hook) priority -140; policy accept; }",
                    "add rule \(connections) \(hook) meta mark & \(Mark.rejected) != 0 reject",
                    "add rule \(connections) \(hook) \(clear)",
                ]
            }
    }()
}

extension CardRules {
    var needs: TableNeeds {
        let rules = chains.flatMap(\.rules)
        return [
            rules.contains { $0.contains(bytesOf: "meta mark") } ? .connections : [],
            rules.contains { $0.contains(bytesOf: "@same") } ? .pairs : [],
        ]
    }

    /// The commands that make the card's chains, and have packets enter them.
    var making: [String] {
        chains.map { "add chain \(FilterFirewall.frames) \($0.name)" }
            + chains.flatMap { chain in
                chain.rules.map { "add rule \(FilterFirewall.frames) \(chain.name) \($0)" }
            } + elements("add") { " : jump \($0)" }
    }

    /// The commands that remove them: nothing that is jumped to can go.
    var removal: [String] {
        elements("delete") { _ in "" }
            + chains.map { "flush chain \(FilterFirewall.frames) \($0.name)" }
            + chains.map { "delete chain \(FilterFirewall.frames) \($0.name)" }
    }

    private func elements(_ word: String, _ verdict: (String) -> String) -> [String] {
        Hook.allCases.compactMap { hook in
            entries[hook].map { chain in
                "\(word) element \(FilterFirewall.frames) \(hook.rawValue) { \"\(port)\"\(verdict(chain)) }"
            }
        }
    }
}
