import JSON

/// The arguments of a QEMU process, in order. Every argument passes through here, and one that the system
/// could not pass on unchanged is refused.
public struct QEMUArguments: Sendable, Equatable {
    /// The words after the program's name.
    public private(set) var words: [String] = []

    /// Appends an option without a value, such as `-S`.
    mutating func add(_ option: String) { words.append(option) }

    /// Appends an option and its value.
    mutating func add(_ option: String, _ value: String) throws(ConfigurationError) {
        guard !value.utf8.contains(0) else {
            throw .unsupported("\(option) can't take a value with a null byte")
        }
        words += [option, value]
    }

    /// Appends an option and its value.
    mutating func add(_ option: String, _ value: OptionText) throws(ConfigurationError) {
        try add(option, value.text)
    }

    /// Appends an option with a JSON value, such as `-device {"driver":…}`.
    mutating func add(_ option: String, _ value: JSONObject) throws(ConfigurationError) {
        try add(option, JSONValue.object(value).description)
    }

    /// Appends words that a user passes through as they are.
    mutating func add(verbatim word: String) throws(ConfigurationError) {
        guard !word.utf8.contains(0) else { throw .unsupported("an argument can't hold a null byte") }
        words.append(word)
    }
}
