import HostKit
import ByteText
import JSON
import Virt

/// What is added to others' tables: rules with a note that says for which bridge they are.
extension Firewall {
    private static let mark = "roost "

    /// The rules of all owners. May wait.
    func all() throws(VirtError) -> Ruleset {
        let json = try nftables.run(["list ruleset"], as: .json)
        let text = Ruleset.hasForeignMatches(json) ? try nftables.run(["list ruleset"], as: .handles) : ""
        do throws(JSONError) { return try Ruleset(json: json, text: text) } catch {
            throw VirtError(.internalError, "the firewall's rules can't be read: \(error)", from: .network)
        }
    }

    /// Lets packets pass where something stands in their way. May wait.
    func add(_ obstacles: [Obstacle]) throws(VirtError) {
        var commands: [String] = []
        for obstacle in obstacles {
            let command = obstacle.target.insertion(comment: Self.mark + obstacle.bridge)
            if !commands.contains(where: { $0.hasSameBytes(as: command) }) { commands.append(command) }
        }
        try nftables.run(commands)
    }

    /// Removes what was added for other bridges than these. May wait.
    func removeAccepts(but bridges: [String]) throws(VirtError) {
        let stale = try all().chains.values.flatMap(\.rules).filter { rule in
            guard let bridge = rule.comment?.droppingBytePrefix(Self.mark) else { return false }
            return !bridges.contains { $0.hasSameBytes(as: bridge) }
        }
        if stale.isEmpty { return }
        try nftables.run(
            stale.map { rule in
                let table = rule.chain.table
                return "delete rule \(table.family) \(table.table) \(rule.chain.name) handle \(rule.handle)"
            })
    }
}
