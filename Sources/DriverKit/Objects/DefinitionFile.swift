import ByteText

/// A definition as it stands in its file: the document below a word to whoever opens it.
package enum DefinitionFile {
    /// - Parameter command: what changes such an object: `edit`.
    package static func text(_ xml: String, name: String, editedBy command: String) -> String {
        """
        <!--
        Roost writes this file; changes made to it here get lost. Use instead:
          roost \(command) \(words(name))
        -->

        \(xml)
        """
    }

    /// A name as a comment may hold it: without two hyphens in a row.
    private static func words(_ name: String) -> String {
        let parts = name.split(atByte: "-", omittingEmptySubsequences: false)
        guard let first = parts.first else { return name }
        return parts.dropFirst().reduce(String(first)) { $0 + ($0.hasByteSuffix("-") ? " -" : "-") + $1 }
    }
}
