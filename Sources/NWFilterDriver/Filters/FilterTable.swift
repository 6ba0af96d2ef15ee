import ByteText
import Virt
import VirtXML

/// The filters and bindings of a host, as they are now.
struct FilterTable: Sendable {
    private(set) var filters: [UUID: FilterDefinition] = [:]
    private(set) var bindings: [ByteName: FilterBindingDefinition] = [:]
    private var names: [ByteName: UUID] = [:]

    // MARK: Look

    /// The filter of that name.
    func filter(_ name: String) -> FilterDefinition? { names[ByteName(name)].flatMap { filters[$0] } }

    /// The filter with this identity; throws that there is none.
    func filter(_ uuid: UUID) throws(VirtError) -> FilterDefinition {
        if let filter = filters[uuid] { return filter }
        throw Self.none("uuid '\(uuid)'")
    }

    static func none(_ what: String) -> VirtError {
        VirtError(.noNwfilter, "no nwfilter with matching \(what)", from: .nwfilter)
    }

    /// The binding of a card's end on the host; throws that there is none.
    func binding(_ port: String) throws(VirtError) -> FilterBindingDefinition {
        if let binding = bindings[ByteName(port)] { return binding }
        throw VirtError(
            .noNwfilterBinding, "no nwfilter binding for port dev '\(port)'", from: .nwfilter)
    }

    /// The bindings whose rules come from a filter, by itself or by what they refer to.
    func bindings(using name: String) -> [FilterBindingDefinition] {
        bindings.values.filter { reaches(name, from: $0.filter.filter) }
            .sorted { ByteName($0.portDev) < ByteName($1.portDev) }
    }

    /// Whether a filter is another one, or refers to it.
    private func reaches(_ name: String, from start: String) -> Bool {
        var (seen, open) = (Set<ByteName>(), [start])
        while let next = open.popLast() {
            if next.hasSameBytes(as: name) { return true }
            guard seen.insert(ByteName(next)).inserted, let filter = filter(next) else { continue }
            open += filter.references.map(\.filter)
        }
        return false
    }

    // MARK: Change

    /// Refuses a definition whose name or identity is another filter's, or that would be a part of itself.
    func check(_ filter: FilterDefinition, _ uuid: UUID) throws(VirtError) {
        if let former = filters[uuid], !former.name.hasSameBytes(as: filter.name) {
            throw refused("filter with same UUID but different name ('\(former.name)') already exists")
        }
        if let other = names[ByteName(filter.name)], other != uuid {
            throw refused("filter '\(filter.name)' already exists with uuid \(other)")
        }
        var next = self
        next.put(filter, uuid)
        if filter.references.contains(where: { next.reaches(filter.name, from: $0.filter) }) {
            throw refused("filter would introduce a loop")
        }
    }

    private func refused(_ message: String) -> VirtError {
        VirtError(.operationFailed, message, from: .nwfilter)
    }

    mutating func put(_ filter: FilterDefinition, _ uuid: UUID) {
        if let former = filters.updateValue(filter, forKey: uuid) { names[ByteName(former.name)] = nil }
        names[ByteName(filter.name)] = uuid
    }

    mutating func remove(_ uuid: UUID) {
        if let former = filters.removeValue(forKey: uuid) { names[ByteName(former.name)] = nil }
    }

    mutating func put(_ binding: FilterBindingDefinition) { bindings[ByteName(binding.portDev)] = binding }

    mutating func removeBinding(_ port: String) { bindings[ByteName(port)] = nil }
}

extension FilterDefinition {
    /// The filters that it refers to, in their order.
    var references: [FilterReference] {
        entries.compactMap { entry in
            if case .filter(let reference) = entry { return reference }
            return nil
        }
    }
}
