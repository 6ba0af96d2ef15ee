import ByteText
import Virt
import VirtXML

/// The values that a filter's variables have.
struct FilterVariables: Equatable {
    private var values: [ByteName: [String]] = [:]

    /// How many rules one rule may become.
    private static let mostRules = 65536

    init(_ parameters: [FilterReference.Parameter] = []) {
        for parameter in parameters { values[ByteName(parameter.name), default: []].append(parameter.value) }
    }

    subscript(name: String) -> [String]? {
        get { values[ByteName(name)] }
        set { values[ByteName(name)] = newValue }
    }

    /// These, and those of a filter that is referred to; where both have some, these count.
    func over(_ parameters: [FilterReference.Parameter]) -> FilterVariables {
        var merged = FilterVariables(parameters)
        merged.values.merge(values) { _, outer in outer }
        return merged
    }

    /// Whether a variable has a value.
    func has(_ variable: FilterVariable) -> Bool {
        guard let values = self[variable.name] else { return false }
        if case .element(let index) = variable.index { return values.indices.contains(Int(index)) }
        return !values.isEmpty
    }

    /// The matches that one with variables stands for: one for each of their values.
    func matches(of match: FilterMatch) throws(VirtError) -> [FilterMatch] {
        var unique: [FilterVariable] = []
        for variable in match.variables where !unique.contains(variable) { unique.append(variable) }
        if unique.isEmpty { return [match] }
        var combinations: [[FilterVariable: String]] = [[:]]
        for part in try parts(unique) {
            guard part.count * combinations.count <= Self.mostRules else {
                throw VirtError(
                    .operationFailed, "a rule has more than \(Self.mostRules) combinations of values",
                    from: .nwfilter)
            }
            combinations = part.flatMap { row in combinations.map { $0.merging(row) { first, _ in first } } }
        }
        var found: [FilterMatch] = []
        for combination in combinations { found.append(try Self.match(match, combination)) }
        return found
    }

    /// For each iterator what its variables are in each turn, and for elements what they are.
    private func parts(_ variables: [FilterVariable]) throws(VirtError) -> [[[FilterVariable: String]]] {
        var order: [FilterVariable.Index] = []
        var rows: [FilterVariable.Index: [[FilterVariable: String]]] = [:]
        for variable in variables {
            var chosen = self[variable.name] ?? []
            if case .element(let index) = variable.index {
                chosen = chosen.indices.contains(Int(index)) ? [chosen[Int(index)]] : []
            }
            let new = chosen.map { [variable: $0] }
            guard let known = rows[variable.index] else {
                order.append(variable.index)
                rows[variable.index] = new
                continue
            }
            if case .element = variable.index {
                rows[variable.index] = known.map { $0.merging(new.first ?? [:]) { first, _ in first } }
                continue
            }
            guard known.count == new.count else {
                throw VirtError(
                    .internalError,
                    "Cardinality of list items must be the same for processing them in parallel",
                    from: .nwfilter)
            }
            rows[variable.index] = zip(known, new).map { $0.merging($1) { first, _ in first } }
        }
        return order.map { rows[$0] ?? [] }
    }

    private static func match(
        _ match: FilterMatch, _ values: [FilterVariable: String]
    ) throws(VirtError) -> FilterMatch {
        var words = ""
        guard let found = match.replacing(values, refused: { words = "\($0) can't be '\($1)'" }) else {
            throw VirtError(
                .internalError, "Cannot instantiate filter: \(match.kind.name) \(words)", from: .nwfilter)
        }
        return found
    }
}
