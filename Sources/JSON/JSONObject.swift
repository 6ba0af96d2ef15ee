/// The members of a JSON object, in order. Two objects are equal if they have the same members in any order.
public struct JSONObject: Sendable {
    /// The members as they came, or were added.
    public private(set) var members: [(key: String, value: JSONValue)] = []

    public init() {}

    /// An object of `members`; of several with one name the last counts, in the first one's place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    /// Takes members whose names are known to differ.
    init(distinct members: [(key: String, value: JSONValue)]) { self.members = members }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }
    public var keys: [String] { members.map(\.key) }

    /// The member `key`; setting nil removes it, setting a new one appends it.
    public subscript(key: String) -> JSONValue? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Appends a member unless its value is nil: how optional arguments are written in order.
    public mutating func add(_ key: String, _ value: JSONValue?) {
        if let value { self[key] = value }
    }

    /// Appends a member unless its value is nil.
    public mutating func add(_ key: String, _ value: String?) { add(key, value.map(JSONValue.string)) }

    /// Appends a member unless its value is nil.
    public mutating func add(_ key: String, _ value: Bool?) { add(key, value.map(JSONValue.bool)) }

    /// Appends a member unless its value is nil.
    public mutating func add<T: BinaryInteger>(_ key: String, _ value: T?) {
        add(key, value.map { JSONValue($0) })
    }

    /// Appends all members of `other`.
    public mutating func append(_ other: JSONObject) {
        for (key, value) in other.members { self[key] = value }
    }
}

extension JSONObject: Equatable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.members.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
