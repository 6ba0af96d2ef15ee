extension DomainExplanation {
    /// Reads what a daemon has answered; nil where it isn't an explanation that this version understands.
    public init?(json text: String) { self.init(answer: text) }

    /// The explanation as JSON, on one line.
    public var json: String { answer }

    static let format: Int64 = 1
}

extension DomainExplanation: JSONAnswer {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("name", &name)
        x.value("uuid", &uuid)
        x.word("of", &subject)
        x.value("emulator", &emulator)
        x.value("version", &version)
        x.value("process", &process)
        x.strings("arguments", &arguments)
        x.elements("elements", &elements)
        x.elements("roost", &own)
        x.elements("host", &host)
    }
}

extension DomainExplanation.Element: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("path", &path)
        x.value("alias", &alias)
        x.value("target", &target)
        x.word("by", &author)
        x.value("reason", &reason)
        x.elements("xml", &lines)
        x.elements("arguments", &arguments)
        x.elements("pieces", &pieces)
        x.strings("commands", &commands)
        x.elements("filled", &filled)
        x.elements("host", &host)
        x.value("note", &note)
    }
}

extension DomainExplanation.Line: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("text", &text)
        x.word("by", &author)
    }
}

extension DomainExplanation.Argument: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("index", &index)
        x.strings("words", &words)
    }
}

extension DomainExplanation.Piece: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("index", &index)
        x.value("option", &option)
        x.value("text", &text)
    }
}

extension DomainExplanation.OwnArgument: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("index", &index)
        x.strings("words", &words)
        x.value("piece", &piece)
        x.value("reason", &reason)
    }
}

extension DomainExplanation.Filled: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("path", &path)
        x.value("value", &value)
        x.value("was", &former)
        x.value("reason", &reason)
    }
}

extension DomainExplanation.HostFact: JSONElement {
    mutating func bind(_ x: inout JSONBinder) {
        x.value("kind", &kind)
        x.value("name", &name)
        x.value("detail", &detail)
    }
}
