import ByteText
import JSON

/// What QEMU's own description of its protocol (`query-qmp-schema`) says: which commands there are, and what
/// may stand in their arguments. Option forms are chosen by asking it.
package struct QMPSchema: Sendable, Equatable {
    /// A command, event, object, enumeration, alternative or array.
    struct Entity: Sendable, Equatable {
        /// A command's arguments, an event's data, or an array's elements.
        var target: String?
        /// A command's result.
        var result: String?
        /// The members of an object and the types of their values.
        var members: [String: Member] = [:]
        /// The types that the values of an object's tag, or of an alternative, bring in.
        var variants: [String: String] = [:]
        /// The types that an alternative allows.
        var alternatives: [String] = []
        /// The words of an enumeration.
        var values: Set<String> = []
        var features: Set<String> = []
    }

    struct Member: Sendable, Equatable {
        var type: String
        var features: Set<String>
        var isOptional: Bool
    }

    /// QEMU's own words about each of its thousand entities, one after another. A handful of them is ever asked
    /// for, so each is read when it is; read all at once they take ten times the memory.
    private var text: [UInt8] = []
    private var places: [String: Range<Int>] = [:]

    package init() {}

    /// The schema as `query-qmp-schema` returns it.
    package init(_ value: JSONValue) {
        for entry in value.array ?? [] {
            guard let name = entry["name"]?.string else { continue }
            let start = text.count
            entry.write(to: &text)
            places[name] = start..<text.count
        }
    }

    private func entity(_ name: String) -> Entity? {
        places[name].flatMap { try? JSONValue(parsing: text[$0]) }.map(Entity.init)
    }

    /// Whether QEMU knows a command or an event.
    package func knows(_ name: String) -> Bool { places[name] != nil }

    /// Whether there is something at a path: the name of a command or event, then names of members, of tag
    /// values (which open the members that they bring in), of an enumeration's words, or `$name` for a
    /// feature of what stands before it. An example: `has("blockdev-add", "file", "aio", "io_uring")`.
    /// `->` after a command goes to its result instead of its arguments.
    package func has(_ command: String, _ path: String...) -> Bool {
        guard let entity = entity(command) else { return false }
        let steps = path[...]
        if steps.first == "->" {
            return finds(steps.dropFirst(), in: entity.result, features: entity.features)
        }
        return finds(steps, in: entity.target, features: entity.features)
    }

    private func finds(_ path: ArraySlice<String>, in type: String?, features: Set<String>) -> Bool {
        guard let step = path.first else { return true }
        if let feature = step.droppingBytePrefix("$") { return features.contains(String(feature)) }
        guard let type, let entity = entity(type) else { return false }
        let rest = path.dropFirst()
        if let member = entity.members[step], finds(rest, in: member.type, features: member.features) {
            return true
        }
        if let variant = entity.variants[step], finds(rest, in: variant, features: []) { return true }
        if entity.values.contains(step) { return rest.isEmpty }
        if let element = entity.target { return finds(path, in: element, features: []) }
        return entity.alternatives.contains { finds(path, in: $0, features: []) }
    }
}

extension QMPSchema.Entity {
    init(_ entry: JSONValue) {
        target = entry["arg-type"]?.string ?? entry["element-type"]?.string
        result = entry["ret-type"]?.string
        features = Set(entry["features"]?.array?.compactMap(\.string) ?? [])
        // QEMU before 6.2 has no descriptions of the single values, only their words.
        values = Set(entry["values"]?.array?.compactMap(\.string) ?? [])
        switch entry["meta-type"]?.string {
        case "alternate": alternatives = entry["members"]?.array?.compactMap { $0["type"]?.string } ?? []
        case "enum": addValues(entry["members"]?.array ?? [])
        default: addMembers(entry)
        }
    }

    private mutating func addValues(_ members: [JSONValue]) {
        values.formUnion(members.compactMap { $0["name"]?.string })
    }

    private mutating func addMembers(_ entry: JSONValue) {
        for member in entry["members"]?.array ?? [] {
            guard let name = member["name"]?.string, let type = member["type"]?.string else { continue }
            let features = Set(member["features"]?.array?.compactMap(\.string) ?? [])
            members[name] = .init(type: type, features: features, isOptional: member["default"] != nil)
        }
        for variant in entry["variants"]?.array ?? [] {
            guard let name = variant["case"]?.string, let type = variant["type"]?.string else { continue }
            variants[name] = type
        }
    }
}
