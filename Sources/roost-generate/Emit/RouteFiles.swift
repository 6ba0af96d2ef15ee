/// `Sources/Daemon/Generated`: what the daemon does with each call, as rows of a table.
func routeFiles(_ tables: [Table]) -> [String: String] {
    var files: [String: String] = [:]
    for receiver in Receiver.all {
        files["Routes+" + capitalized(receiver.name)] = routes(receiver, tables).text
    }
    var all = Source(imports: [])
    all.block("extension RouteTable") { out in
        out.line("/// Adds every call that goes straight to a driver.")
        out.block("mutating func addGenerated()") { out in
            for receiver in Receiver.all { out.line("add\(capitalized(receiver.name))()") }
        }
    }
    files["Routes"] = all.text
    return files
}

private func routes(_ receiver: Receiver, _ tables: [Table]) -> Source {
    var out = Source(imports: ["RemoteProtocol", "Virt", "VirtDriver"])
    out.block("extension RouteTable") { out in
        out.block("mutating func add\(capitalized(receiver.name))()") { out in
            for (program, item) in receiver.procedures(tables) {
                emitRoute(receiver, program, item, into: &out)
            }
        }
    }
    return out
}

private func emitRoute(_ receiver: Receiver, _ program: String, _ item: Procedure, into out: inout Source) {
    let usesArguments =
        item.isOnObject || !item.parameters.isEmpty
        || !["list", "names", "counted"].allSatisfy { !item.words.contains($0) }
    let flags = flagsOfRules(item).map { name in ", flags: { $0.\(name) }" } ?? ""
    let head =
        "add(\(program)Program.\(item.symbol)\(flags)) { (call: Call, \(usesArguments ? "it" : "_"): \(item.argumentsType)) throws(VirtError) -> \(item.replyType) in"
    out.line(head)
    let call = "try await \(target(receiver, item)).\(escaped(item.swiftMethod))(\(callArguments(item)))"
    for statement in body(item, call) { out.line("    " + statement) }
    out.line("}")
}

/// How the flags are found in a call's arguments on which its permissions depend; nil where they don't.
private func flagsOfRules(_ item: Procedure) -> String? {
    guard item.hasConditionalRules, let field = item.arguments.last(where: { $0.name == "flags" }) else {
        return nil
    }
    return "flags" + (field.type.swift == "UInt32" ? "" : ".rawValue")
}

private func target(_ receiver: Receiver, _ item: Procedure) -> String {
    guard item.isOnObject else { return "call.driver.\(receiver.property ?? "")" }
    let service = Receiver.service(of: receiver.name)?.property ?? ""
    return "call.driver.\(service).\(receiver.name)(it.\(item.arguments[0].name))"
}

private func callArguments(_ item: Procedure) -> String {
    var list = item.parameters.map { "\($0.name): it.\(escaped($0.name))" }
    if item.takesFiles { list.append("files: call.files") }
    return list.joined(separator: ", ")
}

/// The statements that make the call and shape its reply.
private func body(_ item: Procedure, _ call: String) -> [String] {
    let first = item.reply.first?.name ?? ""
    if item.words.contains("list") {
        return [
            "let found = \(call)",
            "return \(item.replyType)(\(escaped(first)): it.needResults == 0 ? [] : found, \(item.reply[1].name): .init(clamping: found.count))",
        ]
    }
    if item.words.contains("sized") {
        let values = "\(escaped(first)): found, \(item.reply[1].name): .init(clamping: found.count)"
        return ["let found = \(call)", "return \(item.replyType)(\(values))"]
    }
    if item.words.contains("names") {
        let limit = item.arguments.first { $0.name.hasPrefix("max") }?.name ?? ""
        return ["let found = \(call)", "return \(item.replyType)(\(first): limited(found, to: it.\(limit)))"]
    }
    if item.words.contains("counted") {
        let count = item.reply.count > 1 ? ", count: counted(found, it.count)" : ""
        return [
            "let found = \(call)", "return \(item.replyType)(\(first): limited(found, to: it.count)\(count))",
        ]
    }
    var lines: [String] = []
    var names: [String] = item.resultType == nil ? [] : ["reply"]
    if item.isStream { names.append("stream") }
    if item.givesFiles { names.append("files") }
    switch names.count {
    case 0: lines.append(call)
    case 1: lines.append("let \(names[0]) = \(call)")
    default: lines.append("let (\(names.joined(separator: ", "))) = \(call)")
    }
    if item.isStream { lines.append("call.attach(stream)") }
    if item.givesFiles { lines.append("call.give(files)") }
    if item.reply.isEmpty {
        lines.append("return Nothing()")
    } else if item.replyName != nil && item.results.count > 1 {
        lines.append("return reply")
    } else {
        lines.append("return \(item.replyType)(\(escaped(first)): reply)")
    }
    return lines
}
