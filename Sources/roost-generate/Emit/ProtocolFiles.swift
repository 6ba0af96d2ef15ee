/// `Sources/RemoteProtocol/Generated`: messages, their coding, procedures, events and the table of facts.
func protocolFiles(_ tables: [Table]) -> [String: String] {
    var files = ["Values": valuesFile(tables).text, "EventMessages": eventMessages(tables).text]
    for table in tables {
        let name = capitalized(table.program)
        files[name + "Messages"] = messagesFile(table).text
        files[name + "Procedures"] = proceduresFile(table).text
        files[name + "Facts"] = factsFile(table).text
    }
    return files
}

/// The coding of structures that live in the vocabulary.
private func valuesFile(_ tables: [Table]) -> Source {
    var out = Source(imports: ["Virt", "XDR"])
    for table in tables {
        for item in table.structures { emitCoding(item.name, item.fields, into: &out) }
        for procedure in table.procedures {
            if let name = procedure.replyName { emitCoding(name, procedure.reply, into: &out) }
        }
    }
    for event in uniqueEvents(tables) {
        emitCoding(event.payload, event.fields, into: &out)
    }
    return out
}

private func emitCoding(_ name: String, _ fields: [Field], into out: inout Source) {
    out.block("extension \(name): XDRValue") { out in
        out.block("public mutating func code(_ x: inout XDRCoder) throws(XDRError)") { out in
            for field in fields { out.line(field.type.coding("self." + field.name)) }
        }
    }
    out.line()
}

private func messagesFile(_ table: Table) -> Source {
    var out = Source(imports: ["Virt", "XDR"])
    for procedure in table.procedures {
        if !procedure.arguments.isEmpty {
            emitMessage(
                procedure.argumentsType, procedure.arguments, "Arguments of `\(procedure.api)`.", into: &out)
        }
        if !procedure.reply.isEmpty, procedure.replyName == nil {
            emitMessage(procedure.replyType, procedure.reply, "Reply of `\(procedure.api)`.", into: &out)
        }
    }
    return out
}

private func emitMessage(_ name: String, _ fields: [Field], _ comment: String, into out: inout Source) {
    out.line("/// \(comment)")
    out.block("public struct \(name): XDRValue, Hashable") { out in
        emitMembers(fields, into: &out)
        out.line()
        out.block("public mutating func code(_ x: inout XDRCoder) throws(XDRError)") { out in
            for field in fields { out.line(field.type.coding("self." + field.name)) }
        }
    }
    out.line()
}

extension Procedure {
    /// The message that carries the arguments.
    var argumentsType: String { arguments.isEmpty ? "Nothing" : capitalized(symbol) + "Arguments" }
    /// The message that carries the reply.
    var replyType: String { reply.isEmpty ? "Nothing" : replyName ?? capitalized(symbol) + "Answer" }
}

private func proceduresFile(_ table: Table) -> Source {
    var out = Source(imports: ["Virt"])
    let name = capitalized(table.program)
    out.line("/// The procedures of program `\(table.program)`.")
    out.block("public enum \(name)Program") { out in
        out.line("/// The program's number on the wire.")
        out.line("public static let number: UInt32 = \(table.programNumber)")
        out.line("/// The program's version on the wire.")
        out.line("public static let version: UInt32 = \(table.version)")
        for item in table.procedures {
            let type = "Procedure<\(item.argumentsType), \(item.replyType)>"
            out.line()
            out.line("/// `\(item.api)`.")
            out.line(
                "public static var \(item.symbol): \(type) { \(type)(program: number, number: \(item.number), api: \"\(item.api)\") }"
            )
        }
    }
    return out
}

private func factsFile(_ table: Table) -> Source {
    var out = Source(imports: ["Virt"])
    out.block("extension ProcedureFacts") { out in
        out.line("/// What is known of every call of program `\(table.program)`.")
        out.block("public static let \(table.program): [ProcedureFacts] = factsTable", end: "}()") { out in
            out.line("var table: [ProcedureFacts] = []")
            out.line("table.reserveCapacity(\(table.procedures.count))")
            for item in table.procedures { out.line("table.append(\(facts(item)))") }
            out.line("return table")
        }
    }
    return Source(replacing: out, "factsTable {", "{")
}

private func facts(_ item: Procedure) -> String {
    var options: [String] = []
    for (word, option) in [
        ("ro", ".readOnly"), ("read", ".snapshot"), ("readstream", ".stream"), ("writestream", ".stream"),
        ("costly", ".costly"), ("filesin", ".filesIn"),
    ]
    where item.words.contains(word) { options.append(option) }
    if beginsWithName(item.arguments) { options.append(".namesObject") }
    if beginsWithName(item.reply) { options.append(".makesObject") }
    let rules = item.rules.map { rule in
        let condition =
            switch rule.condition {
            case .always: ""
            case .whenSet(let mask): ", whenSet: \(mask)"
            case .whenClear(let mask): ", whenClear: \(mask)"
            }
        return "AccessRule(.\(escaped(rule.object)), \"\(rule.permission)\"\(condition))"
    }
    return
        "ProcedureFacts(\(item.number), \"\(item.api)\", [\(options.joined(separator: ", "))], [\(rules.joined(separator: ", "))])"
}

/// Whether the first field is a reference, and that begins with a name. A secret's doesn't.
private func beginsWithName(_ fields: [Field]) -> Bool {
    guard case .named(let type)? = fields.first?.type else { return false }
    return Table.objects.map(referenceName).contains(type) && type != referenceName("secret")
}

/// How an event becomes a message, in both of its forms, and back.
private func eventMessages(_ tables: [Table]) -> Source {
    var out = Source(imports: ["Virt", "XDR"])
    out.block("extension EventMessage") { out in
        out.line("/// Every event of the protocol: its forms on the wire.")
        out.block("public static let all: [EventMessage] = allTable", end: "}()") { out in
            out.line("var table: [EventMessage] = []")
            for event in uniqueEvents(tables) {
                let lines = tables.flatMap { table in
                    table.events.filter { $0.symbol == event.symbol }.map { (table, $0) }
                }
                let program = lines.first.map { capitalized($0.0.program) + "Program.number" } ?? "0"
                let callback = lines.first { $0.1.hasCallback }?.1
                let legacy = lines.first { !$0.1.hasCallback }?.1
                let hasReason =
                    legacy != nil && callback != nil && callback?.fields.count != legacy?.fields.count
                out.line(
                    "table.append(EventMessage(\(program), kind: \(event.kind), legacy: \(legacy.map { String($0.number) } ?? "nil"), callback: \(callback.map { String($0.number) } ?? "nil"), hasReason: \(hasReason)) { (x: inout XDRCoder) throws(XDRError) -> Event in"
                )
                out.line("    var payload = \(event.payload)()")
                out.line("    try payload.code(&x)")
                out.line("    return .\(event.symbol)(payload)")
                out.line("})")
            }
            out.line("return table")
        }
    }
    out.line()
    out.block("extension Event") { out in
        out.line("/// The place of the event in `EventMessage.all`.")
        out.block("public var messageIndex: Int") { out in
            out.block("switch self") { out in
                for (index, event) in uniqueEvents(tables).enumerated() {
                    out.line("case .\(event.symbol): \(index)")
                }
            }
        }
        out.line()
        out.line("/// Writes what the event says.")
        out.block("public func encode(_ x: inout XDRCoder) throws(XDRError)") { out in
            out.block("switch self") { out in
                for event in uniqueEvents(tables) {
                    out.line("case .\(event.symbol)(var payload): try payload.code(&x)")
                }
            }
        }
    }
    return Source(replacing: out, "allTable {", "{")
}
