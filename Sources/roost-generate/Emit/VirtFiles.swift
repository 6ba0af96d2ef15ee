/// `Sources/Virt/Generated`: enumerations, references, structures and events.
func virtFiles(_ enumerations: [Enumeration], _ tables: [Table]) -> [String: String] {
    var files = ["Enumerations": Source(imports: []), "Flags": Source(imports: [])]
    for item in enumerations {
        emit(item, into: &files[item.isFlags ? "Flags" : "Enumerations", default: Source(imports: [])])
    }
    var references = Source(imports: [])
    var structures = Source(imports: [])
    var replies = Source(imports: [])
    for table in tables {
        for item in table.structures {
            if item.isReference {
                emitStructure(item.name, item.fields, "Names one object of its kind.", into: &references)
            } else {
                emitStructure(item.name, item.fields, "A value of the protocol.", into: &structures)
            }
        }
        for procedure in table.procedures {
            guard let name = procedure.replyName else { continue }
            emitStructure(name, procedure.reply, "What `\(procedure.api)` answers.", into: &replies)
        }
    }
    files["References"] = references
    files["Structures"] = structures
    files["Replies"] = replies
    files["Events"] = eventsFile(tables)
    return files.mapValues(\.text)
}

private func emit(_ item: Enumeration, into out: inout Source) {
    let kind = item.isFlags ? "NamedFlags" : "NamedValue"
    out.line("/// libvirt's `\(item.original)`.")
    out.block("public struct \(item.name): \(kind)") { out in
        out.line("public var rawValue: \(item.isFlags ? "UInt32" : "Int32")")
        out.line(
            "@inlinable public init(rawValue: \(item.isFlags ? "UInt32" : "Int32")) { self.rawValue = rawValue }"
        )
        out.line()
        for member in item.members {
            let value = item.isFlags && member.value == 0 ? "[]" : "Self(rawValue: \(member.value))"
            out.line("public static var \(escaped(member.name)): Self { \(value) }")
        }
        out.line()
        // One text a type: a table of them all would be a good part of the programs.
        let names = item.members.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        out.line("public static var names: StaticString {")
        out.line("    \"\(names)\"")
        out.line("}")
    }
    out.line()
}

/// A structure whose fields all have a first value.
func emitStructure(
    _ name: String, _ fields: [Field], _ comment: String, conformances: String = "Hashable, Sendable",
    into out: inout Source
) {
    out.line("/// \(comment)")
    out.block("public struct \(name): \(conformances)") { out in
        emitMembers(fields, into: &out)
    }
    out.line()
}

/// The fields, each with a first value, and the initialisers without and with them.
func emitMembers(_ fields: [Field], into out: inout Source) {
    for field in fields {
        out.line("public var \(escaped(field.name)): \(field.type.swift) = \(field.type.initial)")
    }
    out.line()
    out.line("public init() {}")
    out.line()
    out.block("public init(\(parameterList(fields, defaults: true)))") { out in
        for field in fields { out.line("self.\(field.name) = \(escaped(field.name))") }
    }
}

/// Each event's payload, and the enumeration of them all.
private func eventsFile(_ tables: [Table]) -> Source {
    var out = Source(imports: [])
    let events = uniqueEvents(tables)
    for event in events {
        emitStructure(event.payload, event.fields, "What the event `\(event.symbol)` says.", into: &out)
    }
    out.line("/// Something that happened to an object, as its subscribers hear of it.")
    out.block("public enum Event: Hashable, Sendable") { out in
        for event in events { out.line("case \(event.symbol)(\(event.payload))") }
    }
    out.line()
    emitKinds(events, into: &out)
    return out
}

/// What clients register for to hear of an event, and the object that it is about.
private func emitKinds(_ events: [EventLine], into out: inout Source) {
    out.block("extension Event") { out in
        out.line(
            "/// The kind that clients register for; nil where none of the common registrations brings it.")
        out.block("public var kind: EventKind?") { out in
            out.block("switch self") { out in
                for event in events where event.eventID != nil {
                    out.line("case .\(event.symbol): \(event.kind)")
                }
                out.line("default: nil")
            }
        }
        for (property, type) in [
            ("domain", "DomainReference"), ("network", "NetworkReference"), ("pool", "StoragePoolReference"),
            ("device", "NodeDeviceReference"), ("secret", "SecretReference"),
        ] {
            out.line()
            out.line("/// The \(property) that it happened to, if it is one.")
            out.block("public var \(property): \(type)?") { out in
                out.block("switch self") { out in
                    for event in events
                    where event.fields.contains(where: { $0.name == property && $0.type == .named(type) }) {
                        out.line("case .\(event.symbol)(let payload): payload.\(property)")
                    }
                    out.line("default: nil")
                }
            }
        }
    }
}

extension EventLine {
    /// The structure that holds what the event says.
    var payload: String { capitalized(receiver) + capitalized(name) + "Event" }
    /// Its kind as an expression.
    var kind: String { eventID.map { "EventKind(.\(receiver), \($0))" } ?? "nil" }
}

/// One line an event: the first of its forms, which says no more than the others.
func uniqueEvents(_ tables: [Table]) -> [EventLine] {
    var seen: Set<String> = []
    return tables.flatMap(\.events).filter { seen.insert($0.symbol).inserted }
}
