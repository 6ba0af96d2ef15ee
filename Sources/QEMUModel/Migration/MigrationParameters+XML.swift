import XMLBinding

extension MigrationParameters: XMLElement {
    /// As the record of a running guest has them (`migParams`).
    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        x.expand()
        var entries = all.map { Entry($0.name, $0.value) }
        try x.elements("param", &entries)
        guard x.isReading else { return }
        for entry in entries { self[entry.name] = entry.value }
    }

    /// One parameter in the record.
    private struct Entry: XMLElement {
        var name = Name.compressLevel
        var value: Value?

        init() {}

        init(_ name: Name, _ value: Value) { (self.name, self.value) = (name, value) }

        mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var (name, text) = (name.rawValue, value?.text ?? "")
            try x.attribute("name", &name)
            try x.attribute("value", &text)
            guard x.isReading else { return }
            guard let known = Name(rawValue: name) else {
                throw x.fault("unknown migration parameter '\(name)'", value: name)
            }
            guard let read = Value(text, known.kind) else {
                throw x.fault("migration parameter '\(name)' can't be '\(text)'", value: text)
            }
            (self.name, value) = (known, read)
        }
    }
}

extension MigrationParameters.Value {
    fileprivate init?(_ text: String, _ kind: MigrationParameters.Kind) {
        switch kind {
        case .text: self = .text(text)
        case .flag:
            guard text == "yes" || text == "no" else { return nil }
            self = .flag(text == "yes")
        case .number, .size:
            guard let number = UInt64(text) else { return nil }
            self = .number(number)
        }
    }

    fileprivate var text: String {
        switch self {
        case .number(let number): String(number)
        case .text(let text): text
        case .flag(let flag): flag ? "yes" : "no"
        }
    }
}
