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
            .flag("current", "affect current domain"), .flag("live", "affect running domain"),
            .flag("config", "affect next boot"), .flag("force", "force media changing"),
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
    private let needsSource: Bool

    init(_ arguments: Arguments) throws {
        try arguments.exclude("eject", "insert")
        try arguments.exclude("eject", "update")
        try arguments.exclude("insert", "update")
        source = try arguments.string("source")
        if arguments.has("insert") {
            kind = .insert
        } else {
            kind = arguments.has("eject") ? .eject : .update
        }
        needsSource = kind == .insert || kind == .update && !arguments.has("update")
        try arguments.exclude("eject", "block")
    }

    func apply(to disk: XMLQuery.Node, path: String, isBlock: Bool) throws {
        guard ["cdrom", "floppy"].contains(disk.attribute("device") ?? "") else {
            throw Failure("The disk device '\(path)' is not removable")
        }
        let present = ["file", "dev", "name", "dir"].lazy.compactMap { disk.string("./source/@\($0)") }.first
        if kind == .eject, present == nil { throw Failure("The disk device '\(path)' doesn't have media") }
        if needsSource, source == nil { throw Failure("New disk media source was not specified") }
        if kind == .insert, present != nil { throw Failure("The disk device '\(path)' already has media") }
        disk.removeChildren("source")
        disk.removeChildren("backingStore")
        guard let source, kind != .eject else { return }
        disk.set("type", to: isBlock ? "block" : "file")
        disk.child("source")?.set(isBlock ? "dev" : "file", to: source)
    }
}
