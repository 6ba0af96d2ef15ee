import ByteText
import Virt
import VirtXML

extension FilterTree.Item {
    /// Rules about packets' connections: those of the root chain go first.
    var connectionOrder: (Int32, Int) {
        let priority = Int(rule.priority)
        return chain.hasSameBytes(as: "root") ? (0, priority) : (1, priority)
    }

    /// Whether the rule is about frames, not about packets of IP and their connections.
    private var isLinkLayer: Bool {
        guard let kind = rule.match?.kind.name.description else { return true }
        return ["mac", "vlan", "stp", "arp", "rarp", "ip", "ipv6"].contains(kind)
    }

    /// The matches that the rule stands for; one without a match for all packets.
    private func matches() throws(VirtError) -> [FilterMatch?] {
        guard let match = rule.match else { return [nil] }
        return try variables.matches(of: match)
    }

    /// What the rule says of frames that come from the guest, or go to it.
    func linkRules(_ hook: CardRules.Hook) throws(VirtError) -> [String] {
        let isOwn = hook == .fromGuest ? rule.direction != .in : rule.direction != .out
        guard isOwn, isLinkLayer else { return [] }
        if rule.direction == .inout, let match = rule.match, match.kind == .named("stp"),
            match["srcmacaddr"] != nil
        {
            throw VirtError(
                .internalError,
                "STP filtering in inout direction with source MAC address set is not supported",
                from: .nwfilter)
        }
        // What goes both ways is said as it goes to the guest.
        let isReversed = rule.direction == .inout && hook == .fromGuest
        var rules: [String] = []
        for match in try matches() {
            rules += try LinkLayerRule.text(match, isReversed: isReversed).rules(linkVerdict)
        }
        return rules
    }

    private var linkVerdict: String {
        switch rule.action {
        case .accept: "accept"
        case .drop, .reject: "drop"
        case .return: "return"
        case .continue: "continue"
        }
    }

    /// The matches of a rule about connections.
    func connectionMatches() throws(VirtError) -> [FilterMatch] {
        isLinkLayer ? [] : try matches().compactMap { $0 }
    }
}

/// The rules about packets of IP of a card, while they are put together.
struct ConnectionRules {
    private(set) var fromGuest: [String] = []
    private(set) var toGuest: [String] = []

    mutating func add(_ item: FilterTree.Item) throws(VirtError) {
        if item.rule.action == .continue { return }
        for match in try item.connectionMatches() { try add(item.rule, match) }
    }

    private mutating func add(_ rule: FilterRule, _ match: FilterMatch) throws(VirtError) {
        let plain = TransportRule(match: match, isReversed: false)
        let states = match["state"].map { $0.split(atByte: ",").map { String($0) } }
        let followsState = rule.action == .accept && rule.matchesState && states == nil
        if plain.hasMessageType {
            // The answer to a message is of another type, so none is told which way it goes.
            if rule.direction == .inout { return _ = try plain.text() }
            let known = states ?? (followsState ? ["NEW", "ESTABLISHED"] : [])
            return try add(rule, plain, known, .any)
        }
        let answer = TransportRule(match: match, isReversed: true)
        if followsState, rule.direction != .inout {
            try add(rule, plain, ["NEW", "ESTABLISHED"], .original)
            return try add(rule, answer, ["ESTABLISHED"], .reply)
        }
        try add(rule, plain, states ?? [], .any)
        if states == nil || rule.direction == .inout { try add(rule, answer, states ?? [], .any) }
    }

    private mutating func add(
        _ rule: FilterRule, _ packets: TransportRule, _ states: [String], _ way: TransportRule.Way
    ) throws(VirtError) {
        if packets.isReversed, packets.saysOnlySender { return }
        let isToGuest = (rule.direction != .out) != packets.isReversed
        var text = try packets.text()
        text.add(anyOf: [TransportRule.connection(states, way)])
        let rules = text.rules(Self.verdict(rule.action, isToGuest: isToGuest))
        if isToGuest { toGuest += rules } else { fromGuest += rules }
    }

    /// What leaves a guest with leave has still to be let in by the card that it goes to.
    private static func verdict(_ action: FilterRule.Action, isToGuest: Bool) -> String {
        switch action {
        case .accept: isToGuest ? "accept" : "return"
        case .drop: "drop"
        case .reject: "meta mark set meta mark | \(TransportRule.Mark.rejected) accept"
        case .return, .continue: "return"
        }
    }
}
