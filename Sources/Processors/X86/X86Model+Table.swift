import ByteText

extension X86Model {
    /// Reads tables of models. A model is a line with its name, its role, its maker (`-` for nobody), the family and
    /// model numbers of the processors that it stands for, a colon, and its features; lines that begin with blanks go
    /// on with the one before. Where role, maker and numbers are left out, the model is a version, described for
    /// hosts, and has the rest of that whose features it takes.
    ///
    /// A feature is its name; `@NAME` takes those of another model, `-name` takes one away. A name that ends with
    /// `!` is always spelled out; one that ends with `~` was dropped.
    static func table(_ texts: [String]) -> [X86Model] {
        var models: [X86Model] = []
        var known: [String: X86Model] = [:]
        for line in texts.flatMap(lines) {
            var model = X86Model(line, known)
            for token in line.features { model.take(token, known) }
            models.append(model)
            known[model.name] = model
        }
        return models
    }

    private struct Line {
        var head: [Substring]
        var features: [Substring]
    }

    private static func lines(_ text: String) -> [Line] {
        var whole: [String] = []
        for line in text.split(atByte: "\n") {
            if line.hasBytePrefix(" "), let last = whole.popLast() {
                whole.append(last + line)
            } else {
                whole.append(String(line))
            }
        }
        return whole.map { line in
            let parts = line.split(atByte: ":", maxSplits: 1).map { $0.split(atByte: " ") }
            return Line(head: parts.first ?? [], features: parts.dropFirst().first ?? [])
        }
    }

    private init(_ line: Line, _ known: [String: X86Model]) {
        name = line.head.first.map(String.init) ?? ""
        (role, vendor, kinds, features) = (.host, nil, [], [])
        if line.head.count > 2 {
            role = Role(rawValue: String(line.head[1])) ?? .named
            vendor = line.head[2] == "-" ? nil : String(line.head[2])
            kinds = line.head.dropFirst(3).compactMap(Kind.init)
        } else if let base = line.features.first.flatMap({ known[String($0.dropFirst())] }) {
            (vendor, kinds) = (base.vendor, base.kinds)
        }
    }

    private mutating func take(_ token: Substring, _ known: [String: X86Model]) {
        switch (token.first, token.last) {
        case ("@", _):
            guard let base = known[String(token.dropFirst())] else { return }
            (features, alwaysNamed, dropped) = (base.features, base.alwaysNamed, base.dropped)
        case ("-", _):
            remove(String(token.dropFirst()))
        case (_, "!"):
            add(String(token.dropLast()))
            alwaysNamed.insert(String(token.dropLast()))
        case (_, "~"):
            remove(String(token.dropLast()))
            dropped.insert(String(token.dropLast()))
        default:
            add(String(token))
        }
    }

    private mutating func add(_ feature: String) {
        remove(feature)
        features.insert(feature)
    }

    private mutating func remove(_ feature: String) {
        features.remove(feature)
        alwaysNamed.remove(feature)
        dropped.remove(feature)
    }
}

extension X86Model.Kind {
    /// `6.85`, or `6.85/0-4` where only some steppings count.
    fileprivate init?(_ text: Substring) {
        let parts = text.split(atByte: "/")
        let numbers = (parts.first ?? "").split(atByte: ".").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        let range = parts.dropFirst().first?.split(atByte: "-").compactMap { Int($0) } ?? []
        self.init(
            family: numbers[0], model: numbers[1],
            steppings: range.count == 2 && range[0] <= range[1] ? range[0]...range[1] : nil)
    }
}
