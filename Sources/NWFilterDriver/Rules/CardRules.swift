import ByteText
import Virt
import VirtXML

/// The rules of one card, in the language of nft: chains, and which of them packets enter by where they come from.
struct CardRules: Equatable, Sendable {
    /// Where packets meet a card's rules.
    enum Hook: String, CaseIterable {
        case fromGuest = "from_guest"
        case toGuest = "to_guest"
        /// Packets of IP, once their connection is known.
        case connectionFromGuest = "connection_from_guest"
        case connectionToGuest = "connection_to_guest"

        /// What the names of its chains begin with: libvirt's letters.
        var letters: String {
            switch self {
            case .fromGuest: "I"
            case .toGuest: "O"
            case .connectionFromGuest: "FI"
            case .connectionToGuest: "FO"
            }
        }
    }

    struct Chain: Equatable, Sendable {
        let name: String
        let rules: [String]
    }

    let port: String
    /// Those that others jump to come first.
    private(set) var chains: [Chain] = []
    /// By which chain packets enter.
    private(set) var entries: [Hook: String] = [:]

    /// - Throws: where the filter says what can't be carried out.
    init(port: String, _ tree: FilterTree) throws(VirtError) {
        try self.init(port: port)
        for hook in [Hook.fromGuest, .toGuest] { try addLink(hook, tree) }
        var connections = ConnectionRules()
        for item in tree.items.sorted(on: \.connectionOrder) { try connections.add(item) }
        enter(.connectionFromGuest, connections.fromGuest)
        enter(.connectionToGuest, connections.toGuest)
    }

    /// A card that all packets pass.
    init(port: String) throws(VirtError) {
        let isName = port.consistsOfAlphanumerics(or: "_.-") && port.utf8.count <= 15
        guard isName else {
            throw VirtError(
                .configUnsupported, "network filters: a link named '\(port)' can't have rules",
                from: .nwfilter)
        }
        self.port = port
    }

    /// A card that nothing passes.
    init(closed port: String) throws(VirtError) {
        try self.init(port: port)
        enter(.fromGuest, ["drop"])
        enter(.toGuest, ["drop"])
    }

    /// Has packets of a hook go through rules, if there are some.
    mutating func enter(_ hook: Hook, _ rules: [String]) {
        if rules.isEmpty { return }
        let name = "\(hook.letters)-\(port)"
        chains.append(Chain(name: name, rules: rules))
        entries[hook] = name
    }

    // MARK: Frames

    /// What stands in the root chain, in its order: at the same turn other chains go first.
    private struct Step {
        let priority: Int32
        let isRule: Bool
        let rules: [String]

        var order: (Int32, Int) { (priority, isRule ? 1 : 0) }
    }

    private mutating func addLink(_ hook: Hook, _ tree: FilterTree) throws(VirtError) {
        var (steps, others): ([Step], [ByteName: [String]]) = ([], [:])
        for item in tree.items.sorted(on: \.rule.priority) {
            let rules = try item.linkRules(hook)
            if rules.isEmpty { continue }
            if item.chain.hasSameBytes(as: "root") {
                steps.append(Step(priority: item.rule.priority, isRule: true, rules: rules))
            } else {
                others[ByteName(item.chain), default: []] += rules
            }
        }
        for (chain, rules) in others.sorted(by: { $0.key < $1.key }) {
            // No chain's name has a slash, and no link's.
            let words = chain.text.split(atByte: ":", omittingEmptySubsequences: false).joined(
                separator: "//")
            let name = "\(hook.letters)-\(port)/\(words)"
            chains.append(Chain(name: name, rules: rules))
            let jump = [Self.frames(of: chain.text), "jump \(name)"].filter { !$0.isEmpty }
            steps.append(
                Step(
                    priority: tree.priorities[chain] ?? 0, isRule: false,
                    rules: [jump.joined(separator: " ")]))
        }
        enter(hook, steps.sorted(on: \.order).flatMap(\.rules))
    }

    /// The frames that a chain is for, by what its name begins with.
    private static func frames(of chain: String) -> String {
        let kinds = [
            ("vlan", "ether type 8021q"), ("stp", "ether daddr \(LinkLayerRule.spanningTreeGroup)"),
            ("arp", "ether type 0x0806"), ("rarp", "ether type 0x8035"), ("ipv4", "ether type ip"),
            ("ipv6", "ether type ip6"),
        ]
        return kinds.first { chain.hasBytePrefix($0.0) }?.1 ?? ""
    }
}

extension Sequence {
    /// Sorted by what an element has; those that are alike stay in their order.
    func sorted<Key: Comparable>(on key: (Element) -> Key) -> [Element] {
        enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(\.element)
    }

    func sorted(on key: (Element) -> (Int32, Int)) -> [Element] {
        enumerated().sorted { left, right in
            let (first, second) = (key(left.element), key(right.element))
            return (first.0, first.1, left.offset) < (second.0, second.1, right.offset)
        }.map(\.element)
    }
}
