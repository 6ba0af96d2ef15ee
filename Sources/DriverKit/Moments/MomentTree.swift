import ByteText
import Virt

/// The snapshots or checkpoints of a domain: a value, so that whoever reads has one state of all of them.
public struct MomentTree<Definition: Moment>: Sendable {
    private struct Entry: Sendable {
        var definition: Definition
        /// Later ones have higher numbers.
        var number: Int
    }

    private var entries: [ByteName: Entry] = [:]
    private var lastNumber = 0
    /// The moment that the domain's present state stands on.
    public private(set) var current: String?

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }

    public subscript(name: String) -> Definition? { entries[ByteName(name)]?.definition }

    /// All moments, the oldest first.
    public var all: [Definition] { entries.values.sorted { $0.number < $1.number }.map(\.definition) }

    // MARK: Change

    /// Puts a moment there, in place of the one with its name if there is one.
    public mutating func put(_ definition: Definition) {
        guard let name = definition.name else { return }
        lastNumber += 1
        let number = entries[ByteName(name)]?.number ?? lastNumber
        entries[ByteName(name)] = Entry(definition: definition, number: number)
    }

    /// Makes one the current moment, or none.
    public mutating func setCurrent(_ name: String?) {
        current = name.flatMap { entries[ByteName($0)] == nil ? nil : $0 }
    }

    /// Takes a moment out; those that stood on it stand on what it stood on. Gives those that have changed by that.
    public mutating func remove(_ name: String) -> [Definition] {
        guard let removed = entries.removeValue(forKey: ByteName(name)) else { return [] }
        let parent = removed.definition.parent
        var changed: [Definition] = []
        for (key, entry) in entries where entry.definition.parent?.hasSameBytes(as: name) == true {
            entries[key]?.definition.parent = parent
            if let child = entries[key]?.definition { changed.append(child) }
        }
        if current?.hasSameBytes(as: name) == true { setCurrent(parent) }
        return changed
    }

    // MARK: Relations

    /// What a moment stands on; nil where that isn't there.
    public func parent(of name: String) -> String? {
        self[name]?.parent.flatMap { entries[ByteName($0)] == nil ? nil : $0 }
    }

    /// Those that stand on a moment directly, or on none where nil: the newest first.
    public func children(of name: String?) -> [String] {
        let key = name.map { ByteName($0) }
        return index()[key] ?? []
    }

    /// All that stand on a moment, or all there are where nil: each behind what it stands on.
    public func descendants(of name: String?) -> [String] {
        let index = index()
        var found: [String] = []
        var waiting = Array((index[name.map { ByteName($0) }] ?? []).reversed())
        while let next = waiting.popLast(), found.count < entries.count {
            found.append(next)
            waiting += (index[ByteName(next)] ?? []).reversed()
        }
        return found
    }

    /// Whether a moment stands on another, directly or not.
    public func isDescendant(_ name: String, of other: String) -> Bool {
        var (next, steps) = (parent(of: name), 0)
        while let here = next, steps <= entries.count {
            if here.hasSameBytes(as: other) { return true }
            (next, steps) = (parent(of: here), steps + 1)
        }
        return false
    }

    /// The children of each.
    func index() -> [ByteName?: [String]] {
        var index: [ByteName?: [String]] = [:]
        for entry in entries.values.sorted(by: { $0.number > $1.number }) {
            guard let name = entry.definition.name else { continue }
            index[parent(of: name).map { ByteName($0) }, default: []].append(name)
        }
        return index
    }
}
