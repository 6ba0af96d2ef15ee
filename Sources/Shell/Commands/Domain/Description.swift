import ByteText
import Roost
import Virt

extension [CommandOption] {
    fileprivate static let metadataImpact: [CommandOption] = [
        .flag("live", "of the running domain"), .flag("config", "of the definition"),
        .flag("current", "of what the domain is now"),
    ]
}

extension Command {
    static let desc = Command(
        "desc", "show or set domain's description or title",
        description: "Print the description or the title of a domain, or give it another.",
        options: [.domain] + .metadataImpact + [
            .flag("title", "the title instead of the description"), .flag("edit", "open an editor"),
            .rest("new-desc", "the new text"),
        ]
    ) { session, arguments in
        let flags = try arguments.impact()
        let domain = try await session.domain(arguments)
        let kind: DomainMetadataType = arguments.has("title") ? .title : .description
        let what = kind == .title ? "title" : "description"
        var text = arguments.all("new-desc").joined(separator: " ")
        if text.isEmpty && !arguments.has("edit") {
            let current = try await domain.note(kind, flags)
            return session.output.print(current ?? "No \(what) for domain: \(domain.reference.name)")
        }
        if arguments.has("edit") {
            let current = text.isEmpty ? try await domain.note(kind, flags) ?? "" : text
            guard let edited = try await TextEditor.edit(current) else {
                return session.output.note("Domain \(what) not changed")
            }
            text = edited.droppingByteSuffix("\n").map { String($0) } ?? edited
        }
        try await explaining("Failed to set new domain \(what)") {
            try await domain.setMetadata(
                type: kind.rawValue, metadata: text, key: nil, uri: nil, flags: flags)
        }
        session.output.note("Domain \(kind == .title ? "title" : "description") updated successfully")
    }

    static let metadata = Command(
        "metadata", "show or set domain's custom XML metadata",
        description: "Print, set or remove the element that an application keeps with a domain.",
        options: [.domain, .required("uri", "URI of the namespace")] + .metadataImpact + [
            .flag("edit", "open an editor"), .value("key", "prefix of the namespace for a new element"),
            .value("set", "the new element"), .flag("remove", "remove the element"),
        ]
    ) { session, arguments in
        let flags = try arguments.impact()
        try arguments.exclude("edit", "set")
        try arguments.exclude("edit", "remove")
        try arguments.exclude("remove", "set")
        let domain = try await session.domain(arguments)
        let uri = try arguments.required("uri")
        let key = try arguments.string("key")
        let set = try arguments.string("set")
        if set != nil || arguments.has("edit"), key == nil {
            throw Failure("namespace key is required when modifying metadata")
        }
        let kind = DomainMetadataType.element
        var element = set
        if arguments.has("edit") {
            let current = try? await domain.metadata(type: kind.rawValue, uri: uri, flags: flags)
            guard let edited = try await TextEditor.edit(current ?? "\n") else {
                return session.output.note("Metadata not changed")
            }
            element = edited
        }
        if element == nil && !arguments.has("remove") {
            let current = try await domain.metadata(type: kind.rawValue, uri: uri, flags: flags)
            return session.output.print(current + "\n")
        }
        try await domain.setMetadata(type: kind.rawValue, metadata: element, key: key, uri: uri, flags: flags)
        session.output.note(element == nil ? "Metadata removed\n" : "Metadata modified\n")
    }
}

extension Domain {
    /// The title or description; nil where it has none.
    fileprivate func note(_ kind: DomainMetadataType, _ flags: DomainModificationImpact) async throws
        -> String?
    {
        do {
            return try await metadata(type: kind.rawValue, uri: nil, flags: flags)
        } catch {
            if error.code == .noDomainMetadata { return nil }
            throw error
        }
    }
}
