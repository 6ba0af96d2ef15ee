import ByteText

/// What a file of `ifupdown`'s says of an interface in one place: a line `iface`, and the options below it.
struct IfupdownStanza: Hashable, Sendable {
    let name: String
    /// `inet` or `inet6`.
    let family: String
    /// `static`, `dhcp`, `manual` …
    let method: String
    var options: [Option] = []

    struct Option: Hashable, Sendable {
        let name: String
        let value: String
    }

    init(_ name: String, _ family: String, _ method: String) {
        (self.name, self.family, self.method) = (name, family, method)
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { options.append(Option(name: name, value: value)) }
    }

    /// An option's value; some are written with `_` as well as with `-`.
    subscript(name: String) -> String? {
        options.first { $0.name.replacing(byte: "_", with: "-").hasSameBytes(as: name) }?.value
    }

    var text: String {
        "iface \(name) \(family) \(method)\n" + options.map { "    \($0.name) \($0.value)\n" }.joined()
    }
}

/// A file of `ifupdown`'s, as far as it is of concern here.
struct IfupdownFile: Sendable {
    var stanzas: [IfupdownStanza] = []
    /// The interfaces that start with the host.
    var automatic: Set<ByteName> = []
    /// The interfaces that start when their hardware comes.
    var hotplugged: Set<ByteName> = []
    /// What other files it has read, by their paths with `*` in them, and folders.
    var sources: [String] = []
    var folders: [String] = []

    init(_ text: String) {
        // A line that ends with a backslash goes on in the next one.
        let lines = text.split(atByte: "\n").reduce(into: [""]) { lines, line in
            if let start = lines.last?.droppingByteSuffix("\\").map({ String($0) }), !lines.isEmpty {
                lines[lines.count - 1] = start + line
            } else {
                lines.append(String(line))
            }
        }
        var isWithin = false
        for line in lines {
            let words = line.splitAtBlanks().map { String($0) }
            guard let first = words.first, !first.hasBytePrefix("#") else { continue }
            switch first {
            case "iface":
                isWithin = words.count >= 4
                if isWithin { stanzas.append(IfupdownStanza(words[1], words[2], words[3])) }
            case "auto", "allow-auto", "allow-hotplug", "source", "source-directory", "mapping", "rename":
                isWithin = false
                take(first, words.dropFirst())
            default:
                guard isWithin, !stanzas.isEmpty else { continue }
                let value = words.dropFirst().joined(separator: " ")
                stanzas[stanzas.count - 1].add(first, value)
            }
        }
    }

    private mutating func take(_ word: String, _ values: ArraySlice<String>) {
        switch word {
        case "auto", "allow-auto": automatic.formUnion(values.map { ByteName($0) })
        case "allow-hotplug": hotplugged.formUnion(values.map { ByteName($0) })
        case "source": sources += values
        case "source-directory": folders += values
        default: break
        }
    }
}
