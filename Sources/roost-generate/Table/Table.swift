/// One program's table, and how its lines are read.
struct Table {
    var program = ""
    var programNumber = ""
    var version = 1
    var structures: [Structure] = []
    var procedures: [Procedure] = []
    var events: [EventLine] = []

    /// The receivers that are objects, named by a call's first argument.
    static let objects: Set<String> = [
        "domain", "network", "networkPort", "interface", "storagePool", "storageVol", "nodeDevice",
        "secret", "nwfilter", "nwfilterBinding", "domainSnapshot", "domainCheckpoint",
    ]

    init(text: String) throws(TableError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do {
                try read(String(line))
            } catch {
                throw TableError(message: "line \(index + 1): \(error.message)")
            }
        }
    }

    private mutating func read(_ line: String) throws(TableError) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard let first = words.first, !first.hasPrefix("#") else { return }
        switch first {
        case "program":
            guard words.count == 4, let number = Int(words[3]) else {
                throw TableError(message: "program NAME NUMBER VERSION")
            }
            (program, programNumber, version) = (words[1], words[2], number)
        case "struct", "reference":
            let (name, fields, _) = try parenthesis(String(line.dropFirst(first.count)))
            let isReference = first == "reference"
            structures.append(
                Structure(
                    name: isReference ? referenceName(name) : name, fields: fields, isReference: isReference))
        default:
            guard let number = Int(first) else {
                throw TableError(message: "a number was expected, not \(first)")
            }
            let rest = String(line.drop(while: { $0 == " " }).dropFirst(first.count))
            if words.count > 1, words[1] == "event" {
                try readEvent(number, rest)
            } else {
                try readProcedure(number, rest)
            }
        }
    }

    private mutating func readEvent(_ number: Int, _ rest: String) throws(TableError) {
        let (name, fields, tail) = try parenthesis(String(rest.drop(while: { $0 == " " }).dropFirst(5)))
        let words = tail.split(separator: " ").map(String.init)
        guard words.count == 2 else {
            throw TableError(message: "an event ends with legacy or callback, and its id")
        }
        let (receiver, event) = try dotted(name)
        events.append(
            EventLine(
                number: number, receiver: receiver, name: event, fields: fields,
                hasCallback: words[0] == "callback", eventID: Int(words[1])))
    }

    private mutating func readProcedure(_ number: Int, _ rest: String) throws(TableError) {
        var (name, arguments, tail) = try parenthesis(rest)
        let (receiver, method) = try dotted(name)
        var reply: [Field] = []
        var replyName: String?
        if let end = tail.firstIndex(of: "("), !tail[..<end].contains("@") {
            let label = tail[..<end].split(separator: " ").joined()
            (_, reply, tail) = try parenthesis(tail)
            replyName = label == "->" ? nil : label
        }
        var procedure = Procedure(
            number: number, receiver: receiver, method: method, arguments: arguments, reply: reply,
            replyName: replyName, rules: [], words: [], api: "")
        for word in tail.split(separator: " ").map(String.init) {
            if word.hasPrefix("@") {
                if let rule = try accessRule(word) { procedure.rules.append(rule) }
            } else if word.hasPrefix("=") {
                procedure.api = String(word.dropFirst())
            } else if !word.hasPrefix("%") {
                procedure.words.insert(word)
            }
        }
        if procedure.api.isEmpty {
            let isObject = receiver == "connect" || Table.objects.contains(receiver)
            procedure.api = "vir" + (isObject ? capitalized(receiver) : "") + capitalized(method)
        }
        procedures.append(procedure)
    }

    private func accessRule(_ word: String) throws(TableError) -> AccessRule? {
        if word == "@none" { return nil }
        let parts = word.dropFirst().split(separator: ":").map(String.init)
        guard parts.count == 2 else { throw TableError(message: "a rule is @object:permission, not \(word)") }
        let pieces = parts[1].split(separator: "?").map(String.init)
        var rule = AccessRule(object: parts[0], permission: pieces[0])
        if pieces.count == 2 {
            let isNegated = pieces[1].hasPrefix("!")
            guard let mask = UInt32(pieces[1].drop(while: { $0 == "!" })) else {
                throw TableError(message: "a rule's condition is a number, not \(pieces[1])")
            }
            rule.condition = isNegated ? .whenClear(mask) : .whenSet(mask)
        }
        return rule
    }

    private func dotted(_ name: String) throws(TableError) -> (String, String) {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2 else { throw TableError(message: "a name is receiver.method, not \(name)") }
        return (parts[0], parts[1])
    }
}

/// What is wrong with a table.
struct TableError: Error {
    var message: String
}
