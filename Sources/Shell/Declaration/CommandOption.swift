/// One option of a command: how it is given, how it is called in help, and what may stand for it.
public struct CommandOption: Sendable {
    public enum Kind: Hashable, Sendable {
        /// `--name`, with no value.
        case flag
        /// `--name VALUE`; where `alsoPositional`, also as a bare word, though help doesn't show it so.
        case value(alsoPositional: Bool)
        /// A bare word, or `--name VALUE`.
        case positional
        /// All the bare words that are left.
        case rest
        /// `--name VALUE` as often as one likes, and as bare words, though help doesn't show it so.
        case repeated
        /// Another name of the option `of`; with `value`, a flag that gives it that value.
        case alias(of: String, value: String?)
    }

    /// What its value is called in help.
    public enum ValueType: String, Sendable {
        case string
        case number
    }

    public let name: String
    public let kind: Kind
    public let type: ValueType
    public let isRequired: Bool
    /// Whether an empty value is one.
    public let allowsEmpty: Bool
    public let help: String
    let completer: Completer?

    /// Whether a bare word may be its value.
    var takesPosition: Bool {
        switch kind {
        case .positional, .rest, .repeated, .value(alsoPositional: true): true
        case .flag, .value, .alias: false
        }
    }

    /// Whether it may be given more than once.
    var isRepeatable: Bool { kind == .rest || kind == .repeated }

    /// Whether it stands without a value.
    var isFlag: Bool { kind == .flag }

    var isAlias: Bool { if case .alias = kind { true } else { false } }
}

extension CommandOption {
    /// `--name`.
    static func flag(_ name: String, _ help: String) -> CommandOption {
        CommandOption(
            name: name, kind: .flag, type: .string, isRequired: false, allowsEmpty: false, help: help,
            completer: nil)
    }

    /// `--json`, for a command that shows a table or facts.
    static let json = flag("json", "print JSON, as docs/json describes it")

    /// `--json`, for a command that shows events as they come.
    static let jsonLines = flag("json", "print each event as a line of JSON, as docs/json describes it")

    var isJSON: Bool { name == Self.json.name && help == Self.json.help }

    /// Whether virsh's help of the same command has it not: there, and where nothing is begun to be completed, programs that know
    /// virsh expect its words alone.
    var isLeftOutOfHelp: Bool { isJSON || help == Self.jsonLines.help }

    /// A bare word that must be there.
    static func required(
        _ name: String, _ help: String, type: ValueType = .string, allowsEmpty: Bool = false,
        complete: Completer? = nil
    ) -> CommandOption {
        CommandOption(
            name: name, kind: .positional, type: type, isRequired: true, allowsEmpty: allowsEmpty, help: help,
            completer: complete)
    }

    /// A bare word that may be left out.
    static func optional(
        _ name: String, _ help: String, type: ValueType = .string, allowsEmpty: Bool = false,
        complete: Completer? = nil
    ) -> CommandOption {
        CommandOption(
            name: name, kind: .positional, type: type, isRequired: false, allowsEmpty: allowsEmpty,
            help: help, completer: complete)
    }

    /// `--name VALUE`, never a bare word.
    static func named(
        _ name: String, _ help: String, type: ValueType = .string, complete: Completer? = nil
    ) -> CommandOption {
        CommandOption(
            name: name, kind: .value(alsoPositional: false), type: type, isRequired: false,
            allowsEmpty: false, help: help, completer: complete)
    }

    /// `--name VALUE`, and as a bare word for the sake of old scripts.
    static func value(
        _ name: String, _ help: String, type: ValueType = .string, allowsEmpty: Bool = false,
        complete: Completer? = nil
    ) -> CommandOption {
        CommandOption(
            name: name, kind: .value(alsoPositional: true), type: type, isRequired: false,
            allowsEmpty: allowsEmpty, help: help, completer: complete)
    }

    /// The words that are left.
    static func rest(
        _ name: String, _ help: String, isRequired: Bool = false, complete: Completer? = nil
    ) -> CommandOption {
        CommandOption(
            name: name, kind: .rest, type: .string, isRequired: isRequired, allowsEmpty: true, help: help,
            completer: complete)
    }

    /// `--name VALUE`, any number of times.
    static func repeated(_ name: String, _ help: String) -> CommandOption {
        CommandOption(
            name: name, kind: .repeated, type: .string, isRequired: false, allowsEmpty: true, help: help,
            completer: nil)
    }

    /// Another name of an option.
    static func alias(_ name: String, for option: String, value: String? = nil) -> CommandOption {
        CommandOption(
            name: name, kind: .alias(of: option, value: value), type: .string, isRequired: false,
            allowsEmpty: false, help: "", completer: nil)
    }
}
