import ByteText
import Roost
import Virt

extension [CommandOption] {
    /// How a snapshot is taken.
    fileprivate static let taking: [CommandOption] = [
        .flag("no-metadata", "take the snapshot, but don't keep a record of it"),
        .flag("halt", "end the domain once the snapshot is taken"),
        .flag("disk-only", "capture the disks alone, not the memory"),
        .flag("reuse-external", "use files that there are already"),
        .flag("quiesce", "have the guest's file systems wait meanwhile"),
        .flag("atomic", "all disks or none"), .flag("live", "let the guest run meanwhile"),
        .flag("validate", "check the XML against the schema"),
    ]
}

extension Arguments {
    fileprivate func snapshotFlags() -> DomainSnapshotCreateFlags {
        let flags: [(String, DomainSnapshotCreateFlags)] = [
            ("redefine", .redefine), ("current", .current), ("no-metadata", .noMetadata), ("halt", .halt),
            ("disk-only", .diskOnly), ("reuse-external", .reuseExt), ("quiesce", .quiesce),
            ("atomic", .atomic), ("live", .live), ("validate", .validate),
        ]
        return flags.reduce(into: []) { found, flag in
            if command.option(flag.0) != nil, has(flag.0) { found.insert(flag.1) }
        }
    }
}

extension Command {
    static let snapshotCreate = Command(
        "snapshot-create", "Create a snapshot from XML",
        description: "Take a snapshot of a domain's disks and memory, as an XML file says.",
        options: [
            .domain, .optional("xmlfile", "file with the XML of the snapshot", complete: .path),
            .flag("redefine", "replace the record of a snapshot, or bring one back"),
            .flag("current", "with --redefine, make it the current snapshot"),
        ] + .taking
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let file = try arguments.string("xmlfile")
        let xml: String
        if let file { xml = try await session.read(file: file) } else { xml = "<domainsnapshot/>" }
        let snapshot = try await domain.snapshotCreateXML(xml: xml, flags: arguments.snapshotFlags())
        let origin = file.map { " from '\($0)'" } ?? ""
        session.output.note("Domain snapshot \(snapshot.name) created\(origin)")
    }

    static let snapshotCreateAs = Command(
        "snapshot-create-as", "Create a snapshot from a set of args",
        description: "Take a snapshot of a domain's disks and memory, as the options say.",
        options: [
            .domain, .value("name", "name of the snapshot"),
            .value("description", "description of the snapshot"),
            .flag("print-xml", "print the XML document rather than take a snapshot"),
        ] + .taking + [
            .named("memspec", "the memory: [file=]NAME[,snapshot=TYPE]"),
            .repeated("diskspec", "a disk: DISK[,snapshot=TYPE][,driver=TYPE][,stype=TYPE][,file=NAME]"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let xml = try snapshotXML(arguments)
        if arguments.has("print-xml") { return session.output.print(xml + "\n") }
        let snapshot = try await domain.snapshotCreateXML(xml: xml, flags: arguments.snapshotFlags())
        session.output.note("Domain snapshot \(snapshot.name) created")
    }
}

/// The document that the options of `snapshot-create-as` say.
private func snapshotXML(_ arguments: Arguments) throws -> String {
    var lines = XMLLines()
    lines.open("domainsnapshot")
    lines.add("name", text: try arguments.string("name"))
    lines.add("description", text: try arguments.string("description"))
    if let text = try arguments.string("memspec") {
        let spec = try SpecText(text, "memspec").values("file", "snapshot")
        lines.add("memory", ("snapshot", spec["snapshot"]), ("file", spec["file"]))
    }
    let disks = arguments.all("diskspec")
    if !disks.isEmpty {
        lines.open("disks")
        for disk in disks { try addDisk(disk, &lines) }
        lines.close("disks")
    }
    lines.close("domainsnapshot")
    return lines.text
}

private func addDisk(_ text: String, _ lines: inout XMLLines) throws {
    var spec = SpecText(text, "diskspec")
    let name = spec.takeName()
    if name.isEmpty { throw spec.refused("a disk must be named") }
    let values = try spec.values("snapshot", "driver", "stype", "file")
    let type = values["stype"]
    if let type, type != "file", type != "block" { throw spec.refused("Unknown storage type: '\(type)'") }
    let attributes: [XMLLines.Attribute] = [
        ("name", name), ("snapshot", values["snapshot"]), ("type", type),
    ]
    guard values["file"] != nil || values["driver"] != nil else { return lines.add("disk", attributes) }
    lines.open("disk", attributes)
    if let driver = values["driver"] { lines.add("driver", ("type", driver)) }
    if let file = values["file"] { lines.add("source", (type == "block" ? "dev" : "file", file)) }
    lines.close("disk")
}
