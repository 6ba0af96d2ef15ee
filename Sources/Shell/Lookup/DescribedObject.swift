import ByteText
import Virt

/// An object of any kind that has a title, a description and elements that applications keep with it.
struct DescribedObject {
    let noun: String
    let name: String
    /// The code of "it has none".
    let missing: ErrorNumber
    /// Reads by type and namespace.
    let read: (Int32, String?) async throws(VirtError) -> String
    /// Changes by type, new text, prefix and namespace.
    let write: (Int32, String?, String?, String?) async throws(VirtError) -> Void
    /// Its whole document.
    let document: () async throws(VirtError) -> String

    /// `desc`: prints or changes title or description.
    func describe(_ session: Session, _ arguments: Arguments) async throws {
        let kind: DomainMetadataType = arguments.has("title") ? .title : .description
        let what = kind == .title ? "title" : "description"
        let title = noun.prefix(1).uppercased() + noun.dropFirst()
        var text = arguments.all("new-desc").joined(separator: " ")
        if !arguments.has("new-desc") && !arguments.has("edit") {
            let current = try await note(kind)
            return session.output.print(current ?? "No \(what) for \(noun): \(name)")
        }
        if arguments.has("edit") {
            let current = text.isEmpty ? try await note(kind) ?? "" : text
            guard let edited = try await TextEditor.edit(current) else {
                return session.output.note("\(title) \(what) not changed")
            }
            text = edited.droppingByteSuffix("\n").map { String($0) } ?? edited
        }
        try await explaining("Failed to set new \(noun) \(what)") {
            try await write(kind.rawValue, text, nil, nil)
        }
        session.output.note("\(title) \(what) updated successfully")
    }

    /// `metadata`: prints, changes or removes somebody's element.
    func keepElement(_ session: Session, _ arguments: Arguments) async throws {
        let (uri, key) = (try arguments.required("uri"), try arguments.string("key"))
        var element = try arguments.string("set")
        if element != nil || arguments.has("edit"), key == nil {
            throw Failure("namespace key is required when modifying metadata")
        }
        let kind = DomainMetadataType.element.rawValue
        if arguments.has("edit") {
            let current = try? await read(kind, uri)
            guard let edited = try await TextEditor.edit(current ?? "\n") else {
                return session.output.note("Metadata not changed")
            }
            element = edited
        }
        if element == nil && !arguments.has("remove") {
            return session.output.print((try await present(kind, uri) ?? "") + "\n")
        }
        try await write(kind, element, key, uri)
        session.output.note(element == nil ? "Metadata removed\n" : "Metadata modified\n")
    }

    /// The title or description; nil where it has none. Where it can't be asked for, the whole document tells it.
    private func note(_ kind: DomainMetadataType) async throws -> String? {
        do { return try await present(kind.rawValue, nil) } catch {
            let path = kind == .title ? "./title" : "./description"
            return try XMLQuery(try await document()).strings(path).first
        }
    }

    /// What is read, nil where there is none.
    private func present(_ kind: Int32, _ uri: String?) async throws(VirtError) -> String? {
        do throws(VirtError) { return try await read(kind, uri) } catch {
            if error.code == missing { return nil }
            throw error
        }
    }
}

extension Arguments {
    /// Refuses ways to change an element that exclude each other.
    func excludeMetadataChanges() throws(Failure) {
        try exclude("edit", "set")
        try exclude("edit", "remove")
        try exclude("remove", "set")
    }
}
