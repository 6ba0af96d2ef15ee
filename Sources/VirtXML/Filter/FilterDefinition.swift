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

    static let chains = ["root", "mac", "vlan", "stp", "arp", "rarp", "ipv4", "ipv6"]

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try x.attribute("chain", &chain, default: "root")
        try x.attribute("priority", &priority)
        try x.require(
            Self.chains.contains { chain.hasBytePrefix($0) } && chain.utf8.count < 16,
            "Invalid chain name '\(chain)'. Please use a chain name called 'root' or any of the following "
                + "prefixes: mac, vlan, stp, arp, rarp, ipv4, ipv6")
        try x.require(
            (-1000...1000).contains(priority ?? 0), "Priority '\(priority ?? 0)' is outside valid range")
        try x.uuid(&uuid)
        if x.isReading { try read(&x) } else { try write(&x) }
    }

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
        try x.require(
            (-1000...1000).contains(priority), "Priority '\(priority)' is outside valid range")
        var state: String? = matchesState ? nil : "false"
        try x.attribute("statematch", &state)
        if x.isReading, let state { matchesState = state != "0" && state.lowercased() != "false" }
        if x.isReading { return try read(x) }
        for var element in match?.elements ?? [] { try x.write(element.kind.name, &element) }
    }

    private mutating func read(_ x: XMLBinder) throws(XMLError) {
        for child in x.node?.children ?? [] {
            guard let kind = FilterProtocol.named(child.name) else { continue }
            var found = FilterMatch(kind)
            var binder = XMLBinder(reading: child, options: x.options)
            try found.bind(&binder)
            if match == nil { match = found } else if match?.kind == kind { match?.merge(found) }
        }
        match?.settle()
    }
}
