import HostKit
import LinuxSystem
import Synchronization
import Virt
import VirtXML

/// The rules of all running networks, in the kernel.
final class Firewall: Sendable {
    let nftables = Nftables(from: .network)
    private let state = Mutex(State())

    private struct State {
        /// What the driver's tables look like while nobody else changes them; nil where there are none.
        var expected: RulesetSight?
    }

    /// Whether the driver's tables are as they were made. May wait.
    func isIntact() -> Bool {
        guard let expected = state.withLock({ $0.expected }) else { return true }
        if expected.isCurrent { return true }
        guard let seen = try? RulesetSight(listed), seen.text == expected.text else { return false }
        state.withLock { if $0.expected?.text == seen.text { $0.expected = seen } }
        return true
    }

    private func listed() throws(VirtError) -> String {
        var text = ""
        // Of several lists in one run the library finds only what the last asks for.
        for family in FirewallRules.Family.allCases {
            text += try nftables.run(["list table \(family) \(FirewallRules.table)"])
        }
        return text
    }

    /// Puts the rules of these networks in place of whatever stood in the driver's tables, in one transaction: there is no
    /// moment without them. Without networks the tables go. May wait.
    ///
    /// - Parameter networks: those that have a bridge of the daemon's, and its name.
    func set(_ networks: [(definition: NetworkDefinition, bridge: String)]) throws(VirtError) {
        let rules = networks.map { FirewallRules(network: $0.definition, bridge: $0.bridge) }
        try nftables.run(rules.isEmpty ? Self.removal : Self.removal + Self.all(rules))
        let now = rules.isEmpty ? nil : try RulesetSight(listed)
        state.withLock { $0.expected = now }
    }

    /// Adding what is to be removed makes that it is there.
    private static let removal = FirewallRules.Family.allCases.flatMap { family in
        ["add table \(family) \(FirewallRules.table)", "delete table \(family) \(FirewallRules.table)"]
    }

    private static func all(_ networks: [FirewallRules]) -> [String] {
        FirewallRules.Family.allCases.flatMap { FirewallRules.base($0) }
            + networks.flatMap(\.rules).map(\.command)
    }
}

extension FirewallRules.Rule {
    /// The rule as a command of nft's. Names of links are quoted: nft has words of its own.
    var command: String {
        let quoted = zip(words, [""] + words).map { word, before in
            ["iif", "oif", "iifname", "oifname"].contains(before) ? "\"\(word)\"" : word
        }
        return "insert rule \(family) \(FirewallRules.table) \(chain) \(quoted.joined(separator: " "))"
    }
}
