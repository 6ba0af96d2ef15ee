/// Splits what was typed into words, as virsh does: spaces part them, `;` and line ends part commands, `#` begins a
/// comment, quotes and backslashes protect.
struct Tokenizer {
    enum Token: Equatable {
        case word(String)
        /// A `;` or the end of a line.
        case separator
        case end
    }

    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    /// The next token; throws what is wrong with the quoting.
    mutating func next() throws(Failure) -> Token {
        while let byte = rest.first, byte == space || byte == tab { rest.removeFirst() }
        guard let first = rest.first else { return .end }
        if first == hash { skipComment() }
        guard let first = rest.first else { return .end }
        if first == semicolon || first == newline {
            rest.removeFirst()
            return .separator
        }
        return .word(try word())
    }

    private mutating func skipComment() {
        while let byte = rest.first, byte != newline { rest.removeFirst() }
    }

    private mutating func word() throws(Failure) -> String {
        var bytes: [UInt8] = []
        var isSingleQuoted = false
        var isDoubleQuoted = false
        while let byte = rest.first {
            let isQuoted = isSingleQuoted || isDoubleQuoted
            if !isQuoted && [space, tab, semicolon, newline].contains(byte) { break }
            rest.removeFirst()
            switch byte {
            case singleQuote where !isDoubleQuoted: isSingleQuoted.toggle()
            case doubleQuote where !isSingleQuoted: isDoubleQuoted.toggle()
            case backslash where !isSingleQuoted:
                guard let escaped = rest.popFirst() else { throw Failure("dangling \\") }
                if escaped != newline { bytes.append(escaped) }
            default: bytes.append(byte)
            }
        }
        if isDoubleQuoted { throw Failure("missing \"") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

private let space = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")
private let hash = UInt8(ascii: "#")
private let semicolon = UInt8(ascii: ";")
private let newline = UInt8(ascii: "\n")
private let singleQuote = UInt8(ascii: "'")
private let doubleQuote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
