import ByteText
import DriverKit
import LinuxSystem

/// A definition as it stands in its file: the document below a word to whoever opens it.
enum DefinitionFile {
    static func text(_ xml: String, name: String) -> String {
        """
        <!--
        Roost writes this file; changes made to it here get lost. Use instead:
          roost edit \(words(name))
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

extension QEMUContext {
    /// Has a domain start with the daemon; may wait.
    func link(_ name: String) throws(SystemError) {
        _ = try FileSystem.remove(autostart.path(name))
        try FileSystem.makeLink(at: autostart.path(name), to: definitions.path(name))
    }
}
