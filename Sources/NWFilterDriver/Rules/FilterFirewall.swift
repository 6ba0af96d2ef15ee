import ByteText
import HostKit
import Synchronization
import Virt

/// The rules of all cards that have filters, in the kernel.
final class FilterFirewall: Sendable {
    private let nftables = Nftables(from: .nwfilter)
    private let state = Mutex(State())

    private struct State {
        var cards: [ByteName: CardRules] = [:]
        /// What the driver's tables look like while nobody else changes them; nil where there are none.
        var expected: RulesetSight?
    }

    // MARK: Look

    /// Whether the driver's tables are as they were made. May wait.
    func isIntact() -> Bool {
        let (expected, needs) = state.withLock { ($0.expected, $0.cards.values.needs) }
        guard let expected else { return true }
        if expected.isCurrent { return true }
        let seen = try? RulesetSight { () throws(VirtError) in try listed(needs) }
        guard let seen, seen.text == expected.text else { return false }
        state.withLock { if $0.expected?.text == seen.text { $0.expected = seen } }
        return true
    }

    private func listed(_ needs: TableNeeds) throws(VirtError) -> String {
        var text = try nftables.run(["list table \(Self.frames)"])
        if needs.contains(.connections) { text += try nftables.run(["list table \(Self.connections)"]) }
        return text
    }

    /// The cards that have their rules, if they have any.
    var ports: Set<ByteName> { state.withLock { Set($0.cards.keys) } }

    // MARK: Change

    /// Puts the rules of these cards in place of whatever stood in the driver's tables, in one transaction. Without rules the
    /// tables go. May wait.
    func set(_ cards: [CardRules]) throws(VirtError) {
        try remake(Dictionary(cards.map { (ByteName($0.port), $0) }) { $1 })
    }

    /// Gives some cards other rules than they had, all of them or none, in one transaction. May wait.
    ///
    /// - Parameter removed: the cards that have no rules any more.
    func change(_ changed: [CardRules], removed: [String] = []) throws(VirtError) {
        let former = state.withLock { $0.cards }
        var now = former
        for name in removed { now[ByteName(name)] = nil }
        for card in changed { now[ByteName(card.port)] = card }
        if now == former { return }
        guard former.hasRules, now.hasRules, former.values.needs == now.values.needs else {
            return try remake(now)
        }
        let gone = former.filter { now[$0.key] != $0.value }.values
        let new = now.filter { former[$0.key] != $0.value }.values
        do throws(VirtError) {
            try nftables.run(gone.flatMap(\.removal) + new.flatMap(\.making))
        } catch {
            // Somebody may have changed the tables.
            return try remake(now)
        }
        try keep(now)
    }

    private func remake(_ cards: [ByteName: CardRules]) throws(VirtError) {
        let hadRules = state.withLock { $0.cards.hasRules }
        if cards.hasRules || hadRules {
            let making = Self.base(cards.values.needs) + cards.values.flatMap(\.making)
            try nftables.run(Self.removal + (cards.hasRules ? making : []))
        }
        try keep(cards)
    }

    private func keep(_ cards: [ByteName: CardRules]) throws(VirtError) {
        let expected =
            cards.hasRules
            ? try RulesetSight { () throws(VirtError) in try listed(cards.values.needs) } : nil
        state.withLock { $0 = State(cards: cards, expected: expected) }
    }
}

extension [ByteName: CardRules] {
    fileprivate var hasRules: Bool { values.contains { !$0.entries.isEmpty } }
}

/// What cards' rules need of the tables beside their chains.
struct TableNeeds: OptionSet {
    let rawValue: UInt8

    /// Which connection a packet is of.
    static let connections = TableNeeds(rawValue: 1)
    /// All pairs of bytes that are the same.
    static let pairs = TableNeeds(rawValue: 2)
}

extension Collection<CardRules> {
    var needs: TableNeeds { reduce([]) { $0.union($1.needs) } }
}
