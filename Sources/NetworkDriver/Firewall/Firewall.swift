import LinuxSystem
import Virt
import VirtXML

/// The rules of all running networks, in the kernel.
final class Firewall: Sendable {
    private let nftables = Nftables()

    /// Puts the rules of these networks in place of whatever stood in the driver's tables, in one transaction: there is no
    /// moment without them. Without networks the tables go. May wait.
    ///
    /// - Parameter networks: those that have a bridge of the daemon's, and its name.
    func set(_ networks: [(definition: NetworkDefinition, bridge: String)]) throws(VirtError) {
        let rules = networks.map { FirewallRules(network: $0.definition, bridge: $0.bridge) }
        try nftables.run(rules.isEmpty ? Self.removal : Self.removal + Self.all(rules))
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
