import ByteText

/// A file of `key = value` lines with libvirt's rules: values are numbers, words, quoted text, or lists of quoted text in
/// brackets, which may go over several lines; a `#` begins a comment.
///
/// Whoever reads it takes the keys that it knows and leaves the others to the next; what nobody takes is an error.
public struct ConfigurationFile: Sendable {
    /// What it is called in messages.
    public let name: String
    /// What it says, in its order.
    public let entries: [Entry]

    /// One key with its value.
    public struct Entry: Sendable {
        public let key: String
        public let value: Value
        /// The value as it is written.
        let written: String
        let line: Int
        let file: String
    }

    public enum Value: Sendable, Equatable {
        case text(String)
        case list([String])
    }

    /// Reads the text of a file; throws with the line that is wrong.
    public init(text: String, name: String) throws(ConfigurationFileError) {
        var reader = ConfigurationReader(text, name: name)
        (self.name, entries) = (name, try reader.entries())
    }

    private init(name: String, entries: [Entry]) { (self.name, self.entries) = (name, entries) }

    /// What is left after somebody has taken what is theirs.
    ///
    /// - Parameter take: whether an entry was taken; throws where its value can't be.
    public func rest(
        after take: (Entry) throws(ConfigurationFileError) -> Bool
    ) throws(ConfigurationFileError) -> ConfigurationFile {
        var left: [Entry] = []
        for entry in entries where try !take(entry) { left.append(entry) }
        return ConfigurationFile(name: name, entries: left)
    }

    /// Throws with the first key that nobody has taken.
    public func requireTaken() throws(ConfigurationFileError) {
        if let unknown = unknownSettings.first { throw unknown }
    }

    /// The keys that nobody has taken, each with its line.
    public var unknownSettings: [ConfigurationFileError] {
        entries.map { $0.wrong(because: "there is no setting '\($0.key)'") }
    }

    /// The keys that say something else, or are there alone, in one of two files.
    public func differences(from other: ConfigurationFile) -> [String] {
        let (ours, theirs) = (values, other.values)
        return Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }.sorted()
    }

    private var values: [String: Value] {
        Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}

/// What is wrong with a configuration file.
public struct ConfigurationFileError: Error, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var reason: String

    public var description: String { "\(file):\(line): \(reason)" }
}

extension ConfigurationFile.Entry {
    /// The value as text, which a list isn't.
    public func text() throws(ConfigurationFileError) -> String {
        if case .text(let text) = value { return text }
        throw wrong
    }

    /// The value as a number within bounds.
    public func number(in bounds: ClosedRange<Int>) throws(ConfigurationFileError) -> Int {
        guard let number = Int(try text()), bounds.contains(number) else { throw wrong }
        return number
    }

    /// The value as yes or no: `1` or `0`.
    public func flag() throws(ConfigurationFileError) -> Bool { try number(in: 0...1) == 1 }

    /// The value as the permissions of a file, in octal digits.
    public func mode() throws(ConfigurationFileError) -> UInt32 {
        guard let mode = UInt32(try text(), radix: 8), mode <= 0o777 else { throw wrong }
        return mode
    }

    /// That the value is none that the key can have.
    public var wrong: ConfigurationFileError { wrong(because: "'\(key)' can't be \(written)") }

    /// What is wrong with this line, in somebody's words.
    public func wrong(because reason: String) -> ConfigurationFileError {
        ConfigurationFileError(file: file, line: line, reason: reason)
    }
}
