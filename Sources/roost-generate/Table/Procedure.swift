/// A named value of a message.
struct Field {
    var name: String
    var type: WireType
}

/// A structure of the vocabulary; a reference is one that identifies an object.
struct Structure {
    var name: String
    var fields: [Field]
    var isReference: Bool
}

/// Who may call: a permission, and the flags that make it matter.
struct AccessRule {
    enum Condition { case always, whenSet(UInt32), whenClear(UInt32) }
    var object: String
    var permission: String
    var condition: Condition = .always
}

/// One line of the table: a call.
struct Procedure {
    var number: Int
    var receiver: String
    var method: String
    var arguments: [Field]
    var reply: [Field]
    /// The name of the structure that the reply is, where it has several fields.
    var replyName: String?
    var rules: [AccessRule]
    var words: Set<String>
    var api: String

    /// The name of the method in Swift: `getXMLDesc` is `xmlDesc`, `nodeGetInfo` is `nodeInfo`.
    var swiftMethod: String {
        for prefix in ["get", "nodeGet", "domainSaveImageGet"] where method.hasPrefix(prefix) {
            let rest = method.dropFirst(prefix.count)
            guard let first = rest.first, first.isUppercase else { continue }
            let noun = String(prefix.dropLast(3))
            return noun.isEmpty ? lowercasedFirstWord(String(rest)) : noun + rest
        }
        return method
    }

    /// The name of the procedure among all of its program's: `domainSuspend`.
    var symbol: String {
        receiver == "connect" && method.hasPrefix("domain") ? method : receiver + capitalized(method)
    }

    /// The method's arguments: without the receiver itself and what only the wire needs.
    var parameters: [Field] {
        var fields = arguments
        if isOnObject { fields.removeFirst() }
        return fields.filter { !wireOnly.contains($0.name) }
    }

    /// What the method returns: the reply without what only the wire needs.
    var results: [Field] {
        if !words.isDisjoint(with: ["list", "counted", "names", "sized"]) {
            return Array(reply.prefix(1))
        }
        return reply
    }

    /// Whether the receiver is an object that the first argument names.
    var isOnObject: Bool { Table.objects.contains(receiver) }

    /// Whether what the caller must be allowed depends on the call's flags.
    var hasConditionalRules: Bool {
        rules.contains { if case .always = $0.condition { false } else { true } }
    }

    private var wireOnly: [String] {
        if words.contains("list") { return ["needResults"] }
        if !words.isDisjoint(with: ["counted", "sized"]) { return ["count"] }
        if words.contains("names") { return ["maxnames", "maxids", "maxuuids"] }
        return []
    }
}

/// One line of the table: an event, sent by the daemon.
struct EventLine {
    var number: Int
    var receiver: String
    var name: String
    var fields: [Field]
    /// Sent to clients that registered with a callback's number, which then comes first.
    var hasCallback: Bool
    /// The number that a client registers for.
    var eventID: Int?

    var symbol: String { receiver + capitalized(name) }
}
