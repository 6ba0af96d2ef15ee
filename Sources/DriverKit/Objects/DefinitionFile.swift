import ByteText

/// A definition as it stands in its file: the document below a word to whoever opens it, and behind it, for a driver that
/// keeps that, how it was given before anything was filled in.
public struct DefinitionFile: Sendable {
    /// All that is in it: a document, with a comment before and an instruction behind it.
    public let text: String

    package init(text: String) { self.text = text }

    /// - Parameters:
    ///   - command: what changes such an object: `edit`.
    ///   - given: how it was given.
    package static func text(
        _ xml: String, name: String, editedBy command: String, given: String? = nil
    ) -> String {
        """
        <!--
        Roost writes this file; changes made to it here get lost. Use instead:
          roost \(command) \(words(name))
        -->

        \(xml)\(given.map { beginning + String(decoding: Base64.encode($0.utf8), as: UTF8.self) + end } ?? "")
        """
    }

    /// How the definition was given; nil where the file doesn't say.
    public var given: String? {
        guard let body = text.droppingByteSuffix(Self.end), let start = body.lastIndex(ofByte: "<"),
            let given = body[start...].droppingBytePrefix(Self.beginning)
        else { return nil }
        return String(validating: Base64.decode(given.utf8), as: UTF8.self)
    }

    // In Base64 neither mark of an instruction of XML can stand.
    private static let beginning = "<?roost-given "
    private static let end = "?>\n"

    /// A name as a comment may hold it: without two hyphens in a row.
    private static func words(_ name: String) -> String {
        let parts = name.split(atByte: "-", omittingEmptySubsequences: false)
        guard let first = parts.first else { return name }
        return parts.dropFirst().reduce(String(first)) { $0 + ($0.hasByteSuffix("-") ? " -" : "-") + $1 }
    }
}
