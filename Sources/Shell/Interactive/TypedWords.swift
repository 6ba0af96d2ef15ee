/// The words of the command at the end of a line that isn't finished.
struct TypedWords {
    /// All of them; the last is the one being typed, perhaps empty.
    private(set) var all: [String] = [""]
    /// How many characters the last was typed with, quotes and backslashes included.
    private(set) var typedLength = 0
    /// The quote that it stands in.
    private var quote: Character?

    /// The word being typed.
    var partial: String { all.last ?? "" }

    init(_ line: String) {
        var isEscaped = false
        for character in line {
            if isEscaped {
                add(character)
                isEscaped = false
            } else if let open = quote {
                typedLength += 1
                if character == open { quote = nil } else { append(character) }
            } else {
                takePlain(character, &isEscaped)
            }
        }
    }

    private mutating func takePlain(_ character: Character, _ isEscaped: inout Bool) {
        switch character {
        case " ", "\t":
            if all.count > 1 || !partial.isEmpty || typedLength > 0 {
                if typedLength > 0 { all.append("") }
            }
            typedLength = 0
        case ";":
            all = [""]
            typedLength = 0
        case "'", "\"":
            quote = character
            typedLength += 1
        case "\\":
            isEscaped = true
            typedLength += 1
        default: add(character)
        }
    }

    private mutating func add(_ character: Character) {
        typedLength += 1
        append(character)
    }

    private mutating func append(_ character: Character) {
        let last = all.count - 1
        all[last].append(character)
    }

    /// `text` as it has to be typed to mean itself.
    func quoted(_ text: String) -> String {
        String(text.flatMap { " \t;'\"\\".contains($0) ? ["\\", $0] : [$0] })
    }
}
