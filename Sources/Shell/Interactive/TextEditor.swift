import LinuxSystem

/// The editor of whoever sits at the terminal.
enum TextEditor {
    /// Lets `text` be edited; nil where it was left as it was.
    static func edit(_ text: String) async throws -> String? {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-edit-")
        defer { try? FileSystem.removeTree(folder) }
        let path = folder + "/text.xml"
        try FileSystem.replace(path, with: text)
        let editor = ThisProcess.environment("VISUAL") ?? ThisProcess.environment("EDITOR") ?? "vi"
        let descriptors = try Dictionary(
            uniqueKeysWithValues: (0...2).map { ($0, try Descriptor.duplicate($0)) })
        let orders = ProgramOrders(
            "/bin/sh", ["-c", "\(editor) \(shellQuoted(path))"], descriptors: descriptors)
        let child = try await Blocking.run { () throws(SystemError) in try ChildProcess.start(orders) }
        let status = await child.waitForEnd()
        guard status.isSuccess else { throw Failure("Editor \(editor) failed: \(status.description)") }
        let edited = try FileSystem.readText(path, limit: 10 << 20)
        return edited == text ? nil : edited
    }
}

extension Session {
    /// Opens a definition in an editor, and defines it as it was left; what somebody else changed meanwhile isn't overwritten.
    ///
    /// - Parameters:
    ///   - what: the object as messages begin with it: `Domain 'x'`.
    ///   - changed: what is said once it is changed; as of any object where nil.
    ///   - even: it is defined anew even where it was left as it was.
    ///   - read: the definition as it is.
    func edit(
        _ what: String, changed: String? = nil, even: Bool = false, _ read: () async throws -> String,
        define: (String) async throws -> Void
    ) async throws {
        let before = try await read()
        let edited = try await TextEditor.edit(before)
        guard let after = edited ?? (even ? before : nil) else {
            return output.note("\(what) XML configuration not changed.\n")
        }
        if try await read() != before {
            throw Failure("The XML configuration was changed by another user")
        }
        try await define(after)
        output.note((changed ?? "\(what) XML configuration edited.") + "\n")
    }
}
