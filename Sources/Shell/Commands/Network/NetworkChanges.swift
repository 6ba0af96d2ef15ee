import ByteText
import Roost
import Virt

extension [CommandOption] {
    fileprivate static let networkImpact: [CommandOption] = [
        .flag("live", "of the running network"), .flag("config", "of the definition"),
        .flag("current", "of what the network is now"),
    ]
}

extension Command {
    static let netUpdate = Command(
        "net-update", "update parts of an existing network's configuration",
        description: "Add, change or remove one entry of a network.",
        options: [
            .network, .required("command", "add-first, add-last, add, delete or modify"),
            .required("section", "which part of the network"),
            .required("xml", "the entry, or the name of a file with it", complete: .path),
            .value("parent-index", "which parent the entry belongs to", type: .number),
        ] + .impact
    ) { session, arguments in
        let flags = try arguments.networkImpact()
        let network = try await session.network(arguments)
        let (word, part) = (try arguments.required("command"), try arguments.required("section"))
        guard let command = updateCommands[word] else { throw Failure("unrecognized command name '\(word)'") }
        guard let section = updateSections.firstIndex(of: part).map({ UInt32($0) }), section != 0 else {
            throw Failure("unrecognized section name '\(part)'")
        }
        let index = try arguments.number("parent-index") ?? -1
        let given = try arguments.required("xml")
        // An entry begins with its element; anything else names a file.
        let xml = given.hasBytePrefix("<") ? given : try await session.read(file: given)
        try await explaining("Failed to update network \(network.reference.name)") {
            try await network.update(
                command: command, section: section, parentIndex: Int32(clamping: index), xml: xml,
                flags: flags)
        }
        let isActive = try await network.isActive()
        let places: NetworkUpdateFlags = flags.isEmpty ? (isActive ? .live : .config) : flags
        let what = [
            places.contains(.config) ? "persistent config" : nil, places.contains(.live) ? "live state" : nil,
        ]
        session.output.note(
            "Updated network \(network.reference.name) \(what.compactMap { $0 }.joined(separator: " and "))")
    }

    static let netDesc = Command(
        "net-desc", "show or set network's description or title",
        description: "Print the description or the title of a network, or give it another.",
        options: [.network] + .networkImpact + [
            .flag("title", "the title instead of the description"), .flag("edit", "open an editor"),
            .rest("new-desc", "the new text"),
        ]
    ) { session, arguments in
        let flags = try arguments.networkImpact()
        try await session.network(arguments).described(flags).describe(session, arguments)
    }

    static let netMetadata = Command(
        "net-metadata", "show or set network's custom XML metadata",
        description: "Print, set or remove the element that an application keeps with a network.",
        options: [.network, .required("uri", "URI of the namespace")] + .networkImpact + [
            .flag("edit", "open an editor"), .value("key", "prefix of the namespace for a new element"),
            .value("set", "the new element"), .flag("remove", "remove the element"),
        ]
    ) { session, arguments in
        let flags = try arguments.networkImpact()
        try arguments.excludeMetadataChanges()
        try await session.network(arguments).described(flags).keepElement(session, arguments)
    }

    static let netEdit = Command(
        "net-edit", "edit XML configuration for a network",
        description: "Open the definition of a network in an editor, and define it as it was left.",
        options: [.network]
    ) { session, arguments in
        let network = try await session.network(arguments)
        try await session.edit("Network \(network.reference.name)") {
            try await network.xmlDesc(flags: .inactive)
        } define: { xml in
            _ = try await session.connected().networkDefineXML(xml: xml)
        }
    }
}

private let updateCommands: [String: UInt32] = [
    "modify": 1, "delete": 2, "add-last": 3, "add": 3, "add-first": 4,
]
private let updateSections = [
    "none", "bridge", "domain", "ip", "ip-dhcp-host", "ip-dhcp-range", "forward", "forward-interface",
    "forward-pf",
    "portgroup", "dns-host", "dns-txt", "dns-srv",
]

extension Arguments {
    /// Which of a network's two states a command is for; neither means what counts now.
    fileprivate func networkImpact() throws -> NetworkUpdateFlags {
        NetworkUpdateFlags(rawValue: try impact().rawValue)
    }
}

extension Network {
    /// The network as what has a title, a description and elements of others.
    fileprivate func described(_ flags: NetworkUpdateFlags) -> DescribedObject {
        DescribedObject(
            noun: "network", name: reference.name, missing: .noNetworkMetadata,
            read: { (type, uri) throws(VirtError) in try await metadata(type: type, uri: uri, flags: flags) },
            write: { (type, text, key, uri) throws(VirtError) in
                try await setMetadata(type: type, metadata: text, key: key, uri: uri, flags: flags)
            },
            document: { () throws(VirtError) in
                try await xmlDesc(flags: flags.contains(.config) ? .inactive : [])
            })
    }
}
