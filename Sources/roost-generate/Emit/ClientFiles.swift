/// `Sources/Roost/Generated`: receivers that stand for objects behind a wire, and the typed handles.
func clientFiles(_ tables: [Table]) -> [String: String] {
    var files: [String: String] = [:]
    for receiver in Receiver.all {
        files["Remote" + receiver.type] = remoteFile(receiver, tables).text
        files[handleName(receiver) + "+" + (receiver.property.map(capitalized) ?? "Calls")] =
            handleFile(receiver, tables).text
    }
    return files
}

private func imports(_ receiver: Receiver, _ tables: [Table], _ base: [String]) -> [String] {
    let needsFiles = receiver.procedures(tables).contains {
        $0.procedure.takesFiles || $0.procedure.givesFiles
    }
    return (needsFiles ? base + ["LinuxSystem"] : base).sorted()
}

/// The receiver whose methods are calls to a daemon.
private func remoteFile(_ receiver: Receiver, _ tables: [Table]) -> Source {
    var out = Source(imports: imports(receiver, tables, ["RemoteProtocol", "Virt", "VirtDriver"]))
    let isObject = receiver.property == nil
    out.line("/// \(receiver.comment) Behind a wire: every method is one call.")
    out.block("struct Remote\(receiver.type): \(receiver.type)") { out in
        out.line("let client: RemoteClient")
        if isObject { out.line("let reference: \(referenceName(receiver.name))") }
        for object in receiver.objects {
            let type = Receiver.all.first { $0.name == object }?.type ?? ""
            out.line()
            out.block(
                "func \(object)(_ reference: \(referenceName(object))) throws(VirtError) -> any \(type)"
            ) { out in
                out.line("Remote\(type)(client: client, reference: reference)")
            }
        }
        for (program, item) in receiver.procedures(tables) {
            out.line()
            out.block(item.declaration()) { out in
                for statement in remoteBody(program, item) { out.line(statement) }
            }
        }
    }
    return out
}

private func remoteBody(_ program: String, _ item: Procedure) -> [String] {
    var values: [String] = []
    for (index, field) in item.arguments.enumerated() {
        if item.isOnObject && index == 0 {
            values.append("\(field.name): reference")
        } else if item.parameters.contains(where: { $0.name == field.name }) {
            values.append("\(field.name): \(escaped(field.name))")
        } else if field.name == "needResults" {
            values.append("needResults: 1")
        } else if case .list(_, let max)? = item.reply.first?.type {
            values.append("\(field.name): \(max)")
        }
    }
    let arguments =
        item.arguments.isEmpty ? "Nothing()" : "\(item.argumentsType)(\(values.joined(separator: ", ")))"
    let files = item.takesFiles ? ", files: files" : ""
    let procedure = "\(program)Program.\(item.symbol)"
    let field = item.results.count == 1 ? ".\(item.results[0].name)" : ""
    if item.isStream {
        if item.resultType == nil {
            return ["try await client.openStream(\(procedure), \(arguments)).stream"]
        }
        return [
            "let opened = try await client.openStream(\(procedure), \(arguments))",
            "return (opened.reply\(field), opened.stream)",
        ]
    }
    if item.givesFiles {
        let call = "let (reply, given) = try await client.callForFiles(\(procedure), \(arguments)\(files))"
        if item.resultType == nil {
            return [call.split(separator: "reply").joined(separator: "_"), "return given"]
        }
        return [call, "return (reply\(field), given)"]
    }
    let call = "try await client.call(\(procedure), \(arguments)\(files))"
    return [item.resultType == nil ? "_ = \(call)" : call + field]
}

/// The handle that stands for a receiver in the client's API.
func handleName(_ receiver: Receiver) -> String {
    receiver.property == nil ? capitalized(receiver.name) : "Connection"
}

/// The calls of a handle, one a method.
private func handleFile(_ receiver: Receiver, _ tables: [Table]) -> Source {
    let isChecked = receiver.procedures(tables).contains { readOnlyCheck($0.program, $0.procedure) != nil }
    let base = ["Virt", "VirtDriver"] + (isChecked ? ["RemoteProtocol"] : [])
    var out = Source(imports: imports(receiver, tables, base))
    out.block("extension \(handleName(receiver))") { out in
        for (program, item) in receiver.procedures(tables) {
            let returned = handleReturn(item)
            out.line("/// \(item.origin)")
            out.block("public " + item.declaration(returning: returned.type)) { out in
                let arguments =
                    item.parameters.map { "\($0.name): \(escaped($0.name))" }
                    + (item.takesFiles ? ["files: files"] : [])
                let call =
                    "try await \(backend(receiver)).\(escaped(item.swiftMethod))(\(arguments.joined(separator: ", ")))"
                guard let check = readOnlyCheck(program, item) else { return out.line(returned.wrap(call)) }
                out.line(check)
                out.line((returned.type == nil ? "" : "return ") + returned.wrap(call))
            }
            out.line()
        }
    }
    return out
}

/// The statement that refuses a call on a read-only connection; nil for a call that is always allowed there.
private func readOnlyCheck(_ program: String, _ item: Procedure) -> String? {
    if item.words.contains("ro") && !item.hasConditionalRules { return nil }
    var flags = ""
    if item.hasConditionalRules, let field = item.parameters.last(where: { $0.name == "flags" }) {
        flags = ", flags: flags" + (field.type.swift == "UInt32" ? "" : ".rawValue")
    }
    let owner = item.isOnObject ? "connection." : ""
    return "try \(owner)permit(\(program)Program.\(item.symbol)\(flags))"
}

private func backend(_ receiver: Receiver) -> String {
    if let property = receiver.property { return "driver.\(property)" }
    return
        "connection.driver.\(Receiver.service(of: receiver.name)?.property ?? "").\(receiver.name)(reference)"
}

/// References become handles on their way out.
private func handleReturn(_ item: Procedure) -> (type: String?, wrap: (String) -> String) {
    guard item.results.count == 1, !item.isStream, !item.givesFiles else { return (item.returnType, { $0 }) }
    let owner = item.isOnObject ? "connection" : "self"
    switch item.results[0].type {
    case .named(let name) where name.hasSuffix("Reference"):
        let handle = String(name.dropLast(9))
        return (handle, { "\(handle)(connection: \(owner), reference: \($0))" })
    case .list(.named(let name), _) where name.hasSuffix("Reference"):
        let handle = String(name.dropLast(9))
        return ("[\(handle)]", { "\($0).map { \(handle)(connection: \(owner), reference: $0) }" })
    default: return (item.returnType, { $0 })
    }
}
