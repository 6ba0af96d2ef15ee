import ByteText

/// The only writer of `key=value,…` words for helpers. Neither swtpm nor virtiofsd has a way to write a comma within
/// a value, and some take a backslash for more than that, so a value with one of the two is refused.
struct HelperOptions {
    private(set) var text: String
    private let reader: HelperProgram

    /// Options that `reader` will read.
    init(for reader: HelperProgram) { (text, self.reader) = ("", reader) }

    /// Appends `key=value`.
    mutating func add(_ key: String, _ value: String) throws(ConfigurationError) {
        try add(word: "\(key)=\(value)")
    }

    /// Appends a word.
    mutating func add(word: String) throws(ConfigurationError) {
        if word.contains(anyByteOf: ",\\") || word.utf8.contains(0) {
            throw .unsupported(
                "'\(word)' can't be handed to \(reader.rawValue), which would take it apart at the comma or backslash"
            )
        }
        text += text.isEmpty ? word : "," + word
    }
}

extension String {
    /// The text as part of a file's name that programs read among options: commas, which they take options apart at,
    /// are written as in a URL.
    var withoutCommas: String {
        guard contains(anyByteOf: ",\\") else { return self }
        return replacing(byte: "%", with: "%25").replacing(byte: ",", with: "%2C").replacing(
            byte: "\\", with: "%5C")
    }
}
