import ByteText
import Virt
import XMLBinding

/// A packet filter for guests' cards.
public struct FilterDefinition: XMLRoot {
    public static let elementName: StaticString = "filter"

    public var name = ""
    /// The chain that the rules stand in, such as `root` or `arp-xyz`.
    public var chain = "root"
    /// When the chain has its turn, -1000...1000; nil for the usual of its kind.
    public var priority: Int32?
    public var uuid: UUID?
    public var entries: [Entry] = []

    public init() {}

    /// A rule, or another filter that is put in this place.
    public enum Entry: Equatable, Sendable {
        case rule(FilterRule)
        case filter(FilterReference)
    }

    /// What a chain's name begins with, and when the chain has its turn if nothing is said.
    private static let chains: [(prefix: String, priority: Int32)] = [
        ("mac", -800), ("vlan", -750), ("stp", 0), ("arp", -500), ("rarp", -400), ("ipv4", -700),
        ("ipv6", -600),
    ]

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, orElse: "filter has no name", .internalError)
        try x.require(!name.isEmpty, "filter has no name", .internalError)
        try x.attribute("chain", &chain, .unlessEmpty, default: "root")
        if x.isWriting, priority == usualPriority, usualPriority == 0 { priority = nil }
        try x.attribute(
            "priority", &priority,
            .unlessEmpty.refusing("Could not parse chain priority '%'", .invalidArgument))
        if x.isReading { try checkChain(x) }
        try x.uuid(&uuid, .xml)
        x.expand()
        if x.isReading { try read(&x) } else { try write(&x) }
    }

    private mutating func checkChain(_ x: XMLBinder) throws(XMLError) {
        try x.require(
            (-1000...1000).contains(priority ?? 0),
            "Priority '\(priority ?? 0)' is outside valid range of [-1000,1000]", .invalidArgument)
        try x.require(chain.utf8.count <= 12, "Name of chain is longer than 12 characters", .invalidArgument)
        try x.require(
            chain.consistsOfAlphanumerics(or: "-_.:"),
            "Chain name contains invalid characters", .invalidArgument)
        try x.require(
            chain == "root" || Self.chains.contains { chain.hasBytePrefix($0.prefix) },
            "Invalid chain name '\(chain)'. Please use a chain name called 'root' or any of the following "
                + "prefixes: mac, vlan, stp, arp, rarp, ipv4, ipv6", .invalidArgument)
        // A turn belongs to a chain that is named.
        if x.node?.attribute("chain")?.isEmpty != false { priority = nil }
        priority = priority ?? usualPriority
    }

    /// When the chain has its turn if nothing is said.
    private var usualPriority: Int32 { Self.chains.first { chain.hasBytePrefix($0.prefix) }?.priority ?? 0 }

    private mutating func read(_ x: inout XMLBinder) throws(XMLError) {
        for child in x.node?.children ?? [] {
            switch child.name {
            case "rule": entries.append(.rule(try FilterRule(child, options: x.options)))
            case "filterref": entries.append(.filter(try FilterReference(child, options: x.options)))
            default: break
            }
        }
    }

    private func write(_ x: inout XMLBinder) throws(XMLError) {
        for entry in entries {
            switch entry {
            case .rule(var rule): try x.write("rule", &rule)
            case .filter(var reference): try x.write("filterref", &reference)
            }
        }
    }
}

/// What happens to packets that match.
public struct FilterRule: XMLElement {
    public var action: Action = .drop
    public var direction: Direction = .inout
    /// When the rule has its turn in its chain, -1000...1000.
    public var priority: Int32 = 500
    /// Whether packets of a known connection match too.
    public var matchesState = true
    /// nil if every packet matches.
    public var match: FilterMatch?

    public init() {}

    public enum Action: String, XMLWord { case drop, accept, reject, `return`, `continue` }
    public enum Direction: String, XMLWord { case `in`, out, `inout` }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("action", &action)
        try x.attribute("direction", &direction)
        try x.attribute("priority", &priority, default: 500)
        if !(-1000...1000).contains(priority) { priority = 500 }
        var state: String? = matchesState ? nil : "false"
        try x.attribute("statematch", &state)
        if x.isReading, let state { matchesState = state != "0" && state.lowercased() != "false" }
        if x.isReading { return try read(x) }
        for var element in match?.elements ?? [] { try x.write(element.kind.name, &element) }
    }

    private mutating func read(_ x: XMLBinder) throws(XMLError) {
        for child in x.node?.children ?? [] {
            guard let kind = FilterProtocol.named(child.name) else { continue }
            // The first protocol is the rule's.
            guard match == nil || match?.kind == kind else { continue }
            var found = FilterMatch(kind)
            var binder = XMLBinder(reading: child, options: x.options)
            try found.bind(&binder)
            if match == nil { match = found } else { match?.merge(found) }
        }
        match?.settle()
    }
}
