import ByteText
import JSON

extension Ruleset {
    /// What becomes of a packet.
    enum Fate {
        /// It passes, or passes on to the next chain.
        case passes
        /// It is dropped or refused for certain: by a rule, or by the policy of a chain where there is none.
        case dropped(in: ChainName, by: Rule?)
        /// The end of a chain is reached.
        case goesOn
        /// It may pass: rules look at what isn't known of it.
        case undecided
    }

    /// The chains that others than the daemon have, in the order in which a packet meets them.
    private func chains(for packet: Packet) -> [Chain] {
        let families = packet.isIPv6 ? ["ip6", "inet"] : ["ip", "inet"]
        let hooks = ["prerouting", packet.hook, "postrouting"].prefix(
            packet.hook.hasSameBytes(as: "input") ? 2 : 3)
        return chains.values.filter { chain in
            chain.type?.hasSameBytes(as: "filter") ?? false && families.contains(chain.name.table.family)
                && !chain.name.table.table.hasSameBytes(as: FirewallRules.table)
        }
        .compactMap { chain in chain.hook.flatMap { hooks.firstIndex(of: $0) }.map { ($0, chain) } }
        .sorted { ($0.0, $0.1.priority) < ($1.0, $1.1.priority) }.map(\.1)
    }

    /// Where a packet is dropped for certain; nil where it passes, or may.
    func obstacle(to packet: Packet) -> (chain: ChainName, base: ChainName, rule: Rule?)? {
        for base in chains(for: packet) {
            var fate = fate(of: packet, in: base, depth: 0)
            if case .goesOn = fate, base.drops { fate = .dropped(in: base.name, by: nil) }
            if case .dropped(let chain, let rule) = fate { return (chain, base.name, rule) }
        }
        return nil
    }

    /// - Parameter depth: how many chains have jumped here; the kernel allows 16.
    private func fate(of packet: Packet, in chain: Chain, depth: Int) -> Fate {
        guard depth <= 16 else { return .undecided }
        // Whether what follows is surely reached.
        var isReached = true
        for rule in chain.rules {
            let (fate, isMet) = fate(of: packet, by: rule, depth: depth)
            let isSure = isReached && isMet
            switch fate {
            case nil: continue
            case .goesOn?:
                if isSure { return .goesOn }
                isReached = false
            case .dropped?: if isSure, let fate { return fate }
            case .passes?, .undecided?: return isSure ? fate ?? .undecided : .undecided
            }
        }
        return .goesOn
    }

    /// What one rule does, and whether it surely does: nil where the next rule is looked at.
    private func fate(of packet: Packet, by rule: Rule, depth: Int) -> (Fate?, isMet: Bool) {
        var isMet = true
        for statement in rule.statements {
            guard let (kind, value) = statement.members.first else { continue }
            switch kind {
            case "match":
                switch packet.meets(value, in: self, rule.chain.table) {
                case false?: return (nil, true)
                case nil: isMet = false
                case true?: break
                }
            case "counter", "log", "mangle", "notrack": break
            case "queue": return (.undecided, isMet)
            case "vmap":
                let (fate, isFound) = mapped(value, of: packet, rule, depth)
                return (fate, isMet && isFound)
            default:
                if let verdict = verdict(kind, value, of: packet, rule, depth) { return (verdict, isMet) }
                isMet = false
            }
        }
        return (nil, true)
    }

    /// What a verdict of a rule or of a map does: nil where it is none, and none where the next rule is looked at.
    private func verdict(
        _ kind: String, _ value: JSONValue, of packet: Packet, _ rule: Rule, _ depth: Int
    ) -> Fate?? {
        switch kind {
        case "accept": .some(.passes)
        case "drop", "reject": .some(.dropped(in: rule.chain, by: rule))
        case "return": .some(.goesOn)
        case "jump", "goto": .some(fate(of: packet, behind: kind, value, in: rule.chain.table, depth))
        default: nil
        }
    }

    private func fate(
        of packet: Packet, behind kind: String, _ value: JSONValue, in table: TableName, _ depth: Int
    ) -> Fate? {
        guard let target = value["target"]?.string, let chain = chains[ChainName(table: table, name: target)]
        else { return .undecided }
        let fate = fate(of: packet, in: chain, depth: depth + 1)
        // Who jumps comes back, who goes doesn't.
        if case .goesOn = fate, kind.hasSameBytes(as: "jump") { return nil }
        return fate
    }

    /// What a map of verdicts says of a packet.
    private func mapped(_ map: JSONValue, of packet: Packet, _ rule: Rule, _ depth: Int) -> (Fate?, Bool) {
        guard let key = map["key"], let field = packet.field(key), let value = packet[field],
            let elements = map["data"].flatMap({ elements($0, in: rule.chain.table) })
        else { return (.undecided, false) }
        for element in elements {
            guard let pair = element.array, pair.count == 2,
                let (kind, target) = pair[1].object?.members.first
            else { return (.undecided, false) }
            guard let isIt = packet.equals(value, pair[0], in: self, rule.chain.table) else {
                return (.undecided, false)
            }
            if !isIt { continue }
            return (verdict(kind, target, of: packet, rule, depth) ?? nil, true)
        }
        return (nil, true)
    }
}
