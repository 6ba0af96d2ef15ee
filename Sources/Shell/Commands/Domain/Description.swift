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
        try await session.domain(arguments).described(flags).describe(session, arguments)
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
        try arguments.excludeMetadataChanges()
        try await session.domain(arguments).described(flags).keepElement(session, arguments)
    }
}

extension Domain {
    /// The domain as what has a title, a description and elements of others.
    fileprivate func described(_ flags: DomainModificationImpact) -> DescribedObject {
        DescribedObject(
            noun: "domain", name: reference.name, missing: .noDomainMetadata,
            read: { (type, uri) throws(VirtError) in try await metadata(type: type, uri: uri, flags: flags) },
            write: { (type, text, key, uri) throws(VirtError) in
                try await setMetadata(type: type, metadata: text, key: key, uri: uri, flags: flags)
            },
            document: { () throws(VirtError) in
                try await xmlDesc(flags: flags.contains(.config) ? .inactive : [])
            })
    }
}
