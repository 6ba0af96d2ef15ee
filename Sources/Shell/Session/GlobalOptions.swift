import ByteText
import LinuxSystem
import Virt

/// The options in front of the command.
enum GlobalOptions {
    /// What the options come to.
    enum Outcome {
        case run(Settings)
        /// Print this and be done.
        case show(Information)
        case fail([String])
    }

    enum Information {
        case usage
        case shortVersion
        case longVersion
    }

    private struct Option {
        let long: String
        let short: Character
        let argument: Argument
    }

    private enum Argument { case none, required, optional }

    private static let options = [
        Option(long: "connect", short: "c", argument: .required),
        Option(long: "debug", short: "d", argument: .required),
        Option(long: "escape", short: "e", argument: .required),
        Option(long: "help", short: "h", argument: .none),
        Option(long: "keepalive-interval", short: "k", argument: .required),
        Option(long: "keepalive-count", short: "K", argument: .required),
        Option(long: "log", short: "l", argument: .required),
        Option(long: "quiet", short: "q", argument: .none),
        Option(long: "readonly", short: "r", argument: .none),
        Option(long: "timing", short: "t", argument: .none),
        Option(long: "version", short: "v", argument: .optional),
        Option(long: "", short: "V", argument: .none),
    ]

    /// Reads the program's arguments without its name.
    static func parse(_ arguments: [String]) -> Outcome {
        var settings = Settings()
        var rest = arguments[...]
        while let word = rest.first, word.hasBytePrefix("-"), word != "-" {
            rest.removeFirst()
            if word == "--" { break }
            let outcome =
                word.hasBytePrefix("--") ? long(word, &rest, &settings) : short(word, &rest, &settings)
            if let outcome { return outcome }
        }
        settings.words = Array(rest)
        return .run(settings)
    }

    private static func long(
        _ word: String, _ rest: inout ArraySlice<String>, _ settings: inout Settings
    ) -> Outcome? {
        let parts = (word.droppingBytePrefix("--") ?? "").split(
            atByte: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first ?? ""
        var value = parts.count > 1 ? String(parts[1]) : nil
        let matches = options.filter { !$0.long.isEmpty && $0.long.hasBytePrefix(name) }
        guard
            let option = matches.first(where: { $0.long == name }) ?? (matches.count == 1 ? matches[0] : nil)
        else { return unsupported("--" + name) }
        if option.argument == .none && value != nil { return unsupported("-\(option.short)") }
        if option.argument == .required && value == nil {
            guard let next = rest.popFirst() else { return missing(option) }
            value = next
        }
        return apply(option, value, spelled: "--" + option.long, &settings)
    }

    private static func short(
        _ word: String, _ rest: inout ArraySlice<String>, _ settings: inout Settings
    ) -> Outcome? {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = options.first(where: { $0.short == letter }) else {
                return unsupported("-\(letter)")
            }
            var value: String?
            if option.argument == .required {
                guard let given = letters.isEmpty ? rest.popFirst() : String(letters) else {
                    return missing(option)
                }
                (value, letters) = (given, "")
            }
            if let outcome = apply(option, value, spelled: "-\(letter)", &settings) { return outcome }
        }
        return nil
    }

    private static func apply(
        _ option: Option, _ value: String?, spelled: String, _ settings: inout Settings
    ) -> Outcome? {
        let value = value ?? ""
        switch option.short {
        case "c": settings.uri = value
        case "d":
            guard let level = Int(value) else { return .fail(["option \(spelled) takes a numeric argument"]) }
            settings.debugLevel = level
        case "e":
            guard let escape = escapeByte(value) else {
                return .fail(["Invalid string '\(value)' for escape sequence"])
            }
            settings.escape = escape
        case "h": return .show(.usage)
        case "k", "K": return keepalive(option.short, value, spelled: spelled, &settings)
        case "l": settings.logPath = value
        case "q": settings.isQuiet = true
        case "r": settings.isReadOnly = true
        case "t": settings.showsTime = true
        case "v": return .show(value == "long" ? .longVersion : .shortVersion)
        default: return .show(.longVersion)
        }
        return nil
    }

    private static func keepalive(
        _ letter: Character, _ value: String, spelled: String, _ settings: inout Settings
    ) -> Outcome? {
        guard let number = Int32(value) else { return .fail(["Invalid value for option \(spelled)"]) }
        if number < 0 { return .fail(["option \(spelled) requires a positive integer argument"]) }
        if letter == "k" { settings.keepaliveInterval = number } else { settings.keepaliveCount = number }
        return nil
    }

    /// The byte of `^]`, or of a single character.
    static func escapeByte(_ text: String) -> UInt8? {
        let bytes = Array(text.utf8)
        if bytes.count == 1, bytes[0] != UInt8(ascii: "^") { return bytes[0] }
        guard bytes.count == 2, bytes[0] == UInt8(ascii: "^") else { return nil }
        let upper = Character(UnicodeScalar(bytes[1])).uppercased().utf8.first ?? 0
        return (0x40...0x5F).contains(upper) ? upper ^ 0x40 : nil
    }

    private static func unsupported(_ text: some StringProtocol) -> Outcome {
        .fail(["unsupported option '\(text)'. See --help."])
    }

    private static func missing(_ option: Option) -> Outcome {
        .fail(["option '-\(option.short)'/'--\(option.long)' requires an argument"])
    }
}
