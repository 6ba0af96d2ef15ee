import ByteText
import JSON

/// The firewall's rules of all owners on this host, as nft lists them in JSON.
struct Ruleset {
    private(set) var chains: [ChainName: Chain] = [:]
    /// What the named sets and maps hold, by the name of their table.
    private var sets: [TableName: [String: [JSONValue]]] = [:]

    struct TableName: Hashable {
        let family: String
        let table: String
    }

    struct ChainName: Hashable {
        let table: TableName
        let name: String
    }

    struct Chain {
        let name: ChainName
        /// Where the kernel calls it; nil for those that other chains jump to.
        let hook: String?
        let type: String?
        let priority: Int64
        let drops: Bool
        var rules: [Rule] = []
    }

    struct Rule {
        let chain: ChainName
        let handle: UInt64
        let statements: [JSONObject]
        let comment: String?
    }

    /// - Parameters:
    ///   - json: what `nft -j list ruleset` says.
    ///   - text: what `nft -a list ruleset` says. Matches that iptables has made are in words there alone.
    init(json: String, text: String) throws(JSONError) {
        let lines = Self.hasForeignMatches(json) ? Self.lines(of: text) : [:]
        for item in try JSONValue(parsing: json)["nftables"]?.array ?? [] {
            guard let (kind, value) = item.object?.members.first else { continue }
            switch kind {
            case "chain": add(chain: value)
            case "rule": add(rule: value, lines)
            case "set", "map": add(set: value)
            default: break
            }
        }
    }

    /// The elements of a set or map: those that stand here, or those of the named one.
    func elements(_ value: JSONValue, in table: TableName) -> [JSONValue]? {
        if let own = value["set"] { return own.array ?? [own] }
        guard let name = value.string?.droppingBytePrefix("@") else { return nil }
        return sets[table]?[String(name)]
    }

    private mutating func add(chain value: JSONValue) {
        guard let name = Self.chainName(value, "name") else { return }
        chains[name] = Chain(
            name: name, hook: value["hook"]?.string, type: value["type"]?.string,
            priority: value["prio"]?.int ?? 0,
            drops: value["policy"]?.string?.hasSameBytes(as: "drop") ?? false)
    }

    private mutating func add(rule value: JSONValue, _ lines: [TableName: [UInt64: String]]) {
        guard let name = Self.chainName(value, "chain"), let handle = value["handle"]?.uint else { return }
        let statements = (value["expr"]?.array ?? []).compactMap(\.object)
        let line = lines[name.table]?[handle] ?? ""
        chains[name]?.rules.append(
            Rule(
                chain: name, handle: handle,
                statements: statements.map { $0["xt"] == nil ? $0 : Self.translated($0, line) },
                comment: value["comment"]?.string))
    }

    private mutating func add(set value: JSONValue) {
        guard let table = Self.tableName(value), let name = value["name"]?.string else { return }
        sets[table, default: [:]][name] = value["elem"]?.array ?? []
    }

    private static func tableName(_ value: JSONValue) -> TableName? {
        guard let family = value["family"]?.string, let table = value["table"]?.string else { return nil }
        return TableName(family: family, table: table)
    }

    private static func chainName(_ value: JSONValue, _ key: String) -> ChainName? {
        guard let table = tableName(value), let name = value[key]?.string else { return nil }
        return ChainName(table: table, name: name)
    }
}
