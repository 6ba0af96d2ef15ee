import JSON

/// The arguments of a QEMU process, in order, each with what it comes from. Every argument passes through here, and
/// one that the system could not pass on unchanged is refused.
package struct QEMUArguments: Sendable, Equatable {
    /// The words after the program's name.
    package private(set) var words: [String] = []
    /// Which words belong together, and what they come from; in order, without gaps.
    package private(set) var spans: [Span] = []

    package init() {}

    /// One argument: an option, with its value if it has one.
    package struct Span: Sendable, Equatable {
        /// The words of the argument.
        package var range: Range<Int>
        package var origin: QEMUOrigin
        /// The pieces of the value that other elements have put there.
        var fragments: [OptionText.Fragment] = []
    }

    private mutating func append(
        _ new: [String], _ origin: QEMUOrigin, _ fragments: [OptionText.Fragment] = []
    ) {
        spans.append(
            Span(range: words.count..<words.count + new.count, origin: origin, fragments: fragments))
        words += new
    }

    /// Appends an option without a value, such as `-S`.
    package mutating func add(_ option: String, from origin: QEMUOrigin) { append([option], origin) }

    /// Appends an option and its value.
    package mutating func add(_ option: String, _ value: String, from origin: QEMUOrigin)
        throws(ConfigurationError)
    {
        try check(option, value)
        append([option, value], origin)
    }

    /// Appends an option and its value.
    package mutating func add(
        _ option: String, _ value: OptionText, from origin: QEMUOrigin
    ) throws(ConfigurationError) {
        try check(option, value.text)
        append([option, value.text], origin, value.fragments)
    }

    /// Appends an option with a JSON value, such as `-device {"driver":…}`.
    package mutating func add(
        _ option: String, _ value: JSONObject, from origin: QEMUOrigin
    ) throws(ConfigurationError) {
        try add(option, JSONValue.object(value).description, from: origin)
    }

    private func check(_ option: String, _ value: String) throws(ConfigurationError) {
        guard !value.utf8.contains(0) else {
            throw .unsupported("\(option) can't take a value with a null byte")
        }
    }

    /// Appends words that a user passes through as they are.
    package mutating func add(verbatim word: String, from origin: QEMUOrigin) throws(ConfigurationError) {
        guard !word.utf8.contains(0) else { throw .unsupported("an argument can't hold a null byte") }
        append([word], origin)
    }
}
