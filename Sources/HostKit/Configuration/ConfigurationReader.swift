import ByteText

/// Takes a configuration file apart, byte by byte.
struct ConfigurationReader {
    private let bytes: [UInt8]
    private let name: String
    private var position = 0
    private var line = 1

    init(_ text: String, name: String) {
        bytes = Array(text.utf8)
        self.name = name
    }

    mutating func entries() throws(ConfigurationFileError) -> [ConfigurationFile.Entry] {
        var entries: [ConfigurationFile.Entry] = []
        while true {
            skip(overLines: true)
            if position == bytes.count { return entries }
            entries.append(try entry())
        }
    }

    private mutating func entry() throws(ConfigurationFileError) -> ConfigurationFile.Entry {
        let first = line
        func fault() -> ConfigurationFileError {
            ConfigurationFileError(file: name, line: first, reason: "it should read: key = value")
        }
        let key = take { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "#") }
        guard next(UInt8(ascii: "=")) else { throw fault() }
        skip()
        let start = position
        guard let value = value() else { throw fault() }
        let written = String(decoding: bytes[start..<position], as: UTF8.self)
        skip()
        guard position == bytes.count || bytes[position] == UInt8(ascii: "\n") else { throw fault() }
        return ConfigurationFile.Entry(
            key: String(key.trimmingBlanks()), value: value, written: String(written.trimmingBlanks()),
            line: first, file: name)
    }

    /// The value that begins here; nil where it has no end.
    private mutating func value() -> ConfigurationFile.Value? {
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return quoted().map { .text($0) }
        case UInt8(ascii: "["): return list().map { .list($0) }
        default:
            let word = take { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "#") }
            let text = String(word.trimmingBlanks())
            return text.isEmpty ? nil : .text(text)
        }
    }

    /// Text between two quotes of the same kind, on one line.
    private mutating func quoted() -> String? {
        let quote = bytes[position]
        position += 1
        let text = take { $0 != quote && $0 != UInt8(ascii: "\n") }
        return next(quote) ? text : nil
    }

    private mutating func list() -> [String]? {
        position += 1
        var items: [String] = []
        while true {
            skip(overLines: true)
            if next(UInt8(ascii: "]")) { return items }
            guard position < bytes.count, "\"'".utf8.contains(bytes[position]), let item = quoted() else {
                return nil
            }
            items.append(item)
            skip(overLines: true)
            if !next(UInt8(ascii: ",")) { return next(UInt8(ascii: "]")) ? items : nil }
        }
    }

    /// Passes over blanks and a comment, and over the ends of lines where that is asked for.
    private mutating func skip(overLines: Bool = false) {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "#") {
                _ = take { $0 != UInt8(ascii: "\n") }
            } else if bytes[position] == UInt8(ascii: "\n") {
                guard overLines else { return }
                line += 1
                position += 1
            } else if bytes[position].isBlank {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func next(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(while isWanted: (UInt8) -> Bool) -> String {
        let taken = bytes[position...].prefix(while: isWanted)
        position = taken.endIndex
        return String(decoding: taken, as: UTF8.self)
    }
}
