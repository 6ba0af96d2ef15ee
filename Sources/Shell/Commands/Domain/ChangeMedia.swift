import Roost
import Virt

extension Command {
    static let changeMedia = Command(
        "change-media", "Change media of CD or floppy drive",
        description: "Put a medium into a drive of a domain, or take it out.",
        options: [
            .domain, .required("path", "Fully-qualified path or target of disk device", complete: .disks),
            .optional("source", "source of the media"), .flag("eject", "Eject the media"),
            .flag("insert", "Insert the media"), .flag("update", "Update the media"),
        ] + .impact + [
            .flag("force", "force media changing"),
            .flag("print-xml", "print XML document rather than change media"),
            .flag("block", "source media is a block device"),
        ]
    ) { session, arguments in
        let action = try MediaChange(arguments)
        let (domain, path) = (try await session.domain(arguments), try arguments.required("path"))
        var flags = DomainDeviceModifyFlags(rawValue: try arguments.impact().rawValue)
        if arguments.has("force") { flags.insert(.force) }
        let document = try await domain.document(for: flags.subtracting(.force))
        let disk = try document.disk(path)
        try action.apply(to: disk, path: path, isBlock: arguments.has("block"))
        let xml = disk.xml()
        if arguments.has("print-xml") { return session.output.print(xml) }
        try await explaining("Failed to complete action \(action.kind.rawValue) on media") {
            try await domain.updateDeviceFlags(xml: xml, flags: flags)
        }
        session.output.note("Successfully \(action.kind.past) media.\n")
    }
}

/// What is to happen to the medium in a drive.
private struct MediaChange {
    enum Kind: String {
        case eject, insert, update

        var past: String { self == .update ? "updated" : rawValue + "ed" }
    }

    let kind: Kind
    let source: String?

    init(_ arguments: Arguments) throws {
        try arguments.exclude("eject", "insert")
        try arguments.exclude("eject", "update")
        try arguments.exclude("insert", "update")
        source = try arguments.string("source")
        if arguments.has("insert") {
            kind = .insert
        } else if arguments.has("update") || !arguments.has("eject") && source != nil {
            kind = .update
        } else {
            kind = .eject
        }
        try arguments.exclude("eject", "block")
        if kind == .insert, source == nil { throw Failure("No disk source specified for inserting") }
    }

    func apply(to disk: XMLQuery.Node, path: String, isBlock: Bool) throws {
        guard ["cdrom", "floppy"].contains(disk.attribute("device") ?? "") else {
            throw Failure("The disk device '\(path)' is not removable")
        }
        let present = ["file", "dev", "name", "dir"].lazy.compactMap { disk.string("./source/@\($0)") }.first
        if kind == .eject, present == nil { throw Failure("The disk device '\(path)' doesn't have media") }
        if kind == .insert, let present {
            throw Failure("The disk device '\(path)' already has media '\(present)'")
        }
        disk.removeChildren("source")
        disk.removeChildren("backingStore")
        guard let source, kind != .eject else { return }
        disk.set("type", to: isBlock ? "block" : "file")
        disk.child("source")?.set(isBlock ? "dev" : "file", to: source)
    }
}
