import ByteText

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
        try arguments.exclude("shell", "xml")
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
    var parts: [[UInt8]] = [[]]
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: ","), rest.first != byte {
            parts.append([])
            continue
        }
        if byte == UInt8(ascii: ",") { rest = rest.dropFirst() }
        parts[parts.count - 1].append(byte)
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
}

/// With the five characters that XML reserves written as entities.
func xmlEscaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": escaped += "&amp;".unicodeScalars
        case "<": escaped += "&lt;".unicodeScalars
        case ">": escaped += "&gt;".unicodeScalars
        case "\"": escaped += "&quot;".unicodeScalars
        case "'": escaped += "&apos;".unicodeScalars
        default: escaped.append(scalar)
        }
    }
    return String(escaped)
}

/// In single quotes, if a shell would read it as anything but itself.
func shellQuoted(_ text: String) -> String {
    let special = "\r\t\n !\"#$&'()*;<>?[\\]^`{|}~"
    if !text.isEmpty && !text.unicodeScalars.contains(where: { special.unicodeScalars.contains($0) }) {
        return text
    }
    let inner = text.split(atByte: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    return "'" + inner + "'"
}
