import ByteText
import Virt
import VirtXML

/// The rules of a filter and of all that it refers to, with what their variables are.
struct FilterTree {
    /// A rule in its place.
    struct Item {
        let chain: String
        let rule: FilterRule
        let variables: FilterVariables

        /// The variables that have no value.
        var missing: [FilterVariable] { (rule.match?.variables ?? []).filter { !variables.has($0) } }
    }

    /// The rules, in the order of the documents.
    private(set) var items: [Item] = []
    /// When each chain has its turn: what the last filter says that has it.
    private(set) var priorities: [ByteName: Int32] = [:]
    private let table: FilterTable

    /// How many rules a binding may have.
    private static let mostRules = 65536
    /// How many filters may stand in one another.
    private static let deepest = 256
    private var size = 0

    init(_ filter: String, in table: FilterTable, variables: FilterVariables) throws(VirtError) {
        self.table = table
        try add(filter, variables, depth: 0)
    }

    private mutating func add(_ name: String, _ variables: FilterVariables, depth: Int) throws(VirtError) {
        guard depth < Self.deepest else {
            throw VirtError(
                .operationFailed, "filter '\(name)' stands in more than \(Self.deepest) others",
                from: .nwfilter)
        }
        guard let filter = table.filter(name) else {
            throw VirtError(.internalError, "referenced filter '\(name)' is missing", from: .nwfilter)
        }
        for entry in filter.entries {
            switch entry {
            case .rule(let rule):
                items.append(Item(chain: filter.chain, rule: rule, variables: variables))
                priorities[ByteName(filter.chain)] = filter.priority ?? 0
            case .filter(let reference):
                try add(reference.filter, variables.over(reference.parameters), depth: depth + 1)
            }
            size += 1
            guard size <= Self.mostRules else {
                throw VirtError(
                    .operationFailed, "filter '\(name)' has more than \(Self.mostRules) rules",
                    from: .nwfilter)
            }
        }
    }

    /// Those that have no value, each once.
    var missing: [String] {
        items.flatMap { $0.missing.map(\.title) }.reduce(into: []) { found, title in
            if !found.contains(title) { found.append(title) }
        }
    }
}
