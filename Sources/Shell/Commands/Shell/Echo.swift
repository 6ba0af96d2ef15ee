extension Command {
    static let echo = Command(
        "echo", "echo arguments. Used for internal testing.",
        description: "Echo back arguments, possibly with quoting. Used for internal testing.",
        options: [
            .flag("shell", "escape for shell use"),
            .flag("xml", "escape for XML use"),
            .flag("split", "split each argument on ','; ',,' is an escape sequence"),
            .flag("err", "output to stderr"),
            .alias("str", for: "string"),
            .alias("hi", for: "string", value: "hello"),
            .named("prefix", "prefix the message"),
            .rest("string", "arguments to echo"),
        ], needsConnection: false
    ) { session, arguments in
        let escape = { (word: String) in
            let word = arguments.has("xml") ? xmlEscaped(word) : word
            return arguments.has("shell") ? shellQuoted(word) : word
        }
        let words = arguments.all("string").map { word in
            arguments.has("split") ? splitAtCommas(word).map { escape($0) + "\n" }.joined() : escape(word)
        }
        let prefix = try arguments.string("prefix").map { $0 + " " } ?? ""
        let text = prefix + words.joined(separator: " ")
        if arguments.has("err") { session.output.errors([text]) } else { session.output.print(text) }
    }
}

/// The parts between commas; two commas stand for one.
func splitAtCommas(_ text: String) -> [String] {
    var parts = [""]
    var rest = text[...]
    while let character = rest.popFirst() {
        if character == "," && rest.first != "," {
            parts.append("")
            continue
        }
        if character == "," { rest.removeFirst() }
        parts[parts.count - 1].append(character)
    }
    return parts
}

/// With the five characters that XML reserves written as entities.
func xmlEscaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&apos;"
        default: escaped.append(character)
        }
    }
    return escaped
}

/// In single quotes, if a shell would read it as anything but itself.
func shellQuoted(_ text: String) -> String {
    let special = "\r\t\n !\"#$&'()*;<>?[\\]^`{|}~"
    if !text.isEmpty && !text.unicodeScalars.contains(where: { special.unicodeScalars.contains($0) }) {
        return text
    }
    let inner = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    return "'" + inner + "'"
}
