import ByteText
import Roost
import Virt

extension Command {
    static let snapshotCurrent = Command(
        "snapshot-current", "Get or set the current snapshot",
        description: "Print the snapshot that the domain's state stands on, or make another one it.",
        options: [
            .domain, .flag("name", "print the name alone"), .flag("security-info", "include secrets"),
            .optional("snapshotname", "the snapshot to make the current one", complete: .snapshots),
        ]
    ) { session, arguments in
        try arguments.exclude("name", "snapshotname")
        let domain = try await session.domain(arguments)
        if let name = try arguments.string("snapshotname") {
            let snapshot = try await domain.snapshotLookupByName(name: name, flags: 0)
            let xml = try await snapshot.xmlDesc(flags: .secure)
            _ = try await domain.snapshotCreateXML(xml: xml, flags: [.redefine, .current])
            return session.output.note("Snapshot \(name) set as current")
        }
        guard try await domain.hasCurrentSnapshot(flags: 0) != 0 else {
            throw Failure("domain '\(domain.reference.name)' has no current snapshot")
        }
        let current = try await domain.snapshotCurrent(flags: 0)
        if arguments.has("name") { return session.output.print(current.name) }
        session.output.print(
            try await current.xmlDesc(flags: arguments.has("security-info") ? .secure : []))
    }

    static let snapshotDumpxml = Command(
        "snapshot-dumpxml", "Dump XML for a domain snapshot", description: "Print a snapshot as XML.",
        options: [
            .domain, .required("snapshotname", "snapshot name", complete: .snapshots),
            .flag("security-info", "include secrets"),
        ] + .xmlSelection
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = try arguments.required("snapshotname")
        let snapshot = try await domain.snapshotLookupByName(name: name, flags: 0)
        let flags: DomainSnapshotXMLFlags = arguments.has("security-info") ? .secure : []
        try session.print(xml: try await snapshot.xmlDesc(flags: flags), arguments)
    }

    static let snapshotInfo = Command(
        "snapshot-info", "snapshot information",
        description: "Print what is known of a snapshot at a glance.",
        options: [.domain, .snapshotName, .flag("current", "of the current snapshot"), .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let snapshot = try await session.snapshot(arguments, of: domain)
        let xml = try await snapshot.xmlDesc(flags: [])
        let (text, document) = (try MomentText(snapshot.name, xml), try XMLQuery(xml))
        let isExternal = try !document.nodes(
            "/*/memory[@snapshot='external'] | /*/disks/disk[@snapshot='external'] | /*/state[.='disk-snapshot']"
        ).isEmpty
        let output = session.output
        output.field("Name", snapshot.name)
        output.field("Domain", domain.reference.name)
        output.field("Current", .flag(try await snapshot.isCurrent(flags: 0)))
        output.field("State", text.state)
        output.field("Location", isExternal ? "external" : "internal")
        output.field("Parent", .text(text.parent, without: "-"))
        output.field("Children", try await snapshot.numChildren(flags: []))
        output.field("Descendants", try await snapshot.numChildren(flags: .descendants))
        output.field("Metadata", .flag(try await snapshot.hasMetadata(flags: 0)))
    }

    static let snapshotParent = Command(
        "snapshot-parent", "Get the name of the parent of a snapshot",
        description: "Print the name of the snapshot that a snapshot stands on.",
        options: [.domain, .snapshotName, .flag("current", "of the current snapshot")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let snapshot = try await session.snapshot(arguments, of: domain)
        guard let parent = try await snapshot.text().parent else {
            throw Failure("snapshot '\(snapshot.name)' has no parent")
        }
        session.output.print(parent)
    }
}
