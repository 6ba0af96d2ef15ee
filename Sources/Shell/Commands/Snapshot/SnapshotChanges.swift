import ByteText
import Roost
import Virt

extension Command {
    static let snapshotDelete = Command(
        "snapshot-delete", "Delete a domain snapshot",
        description: "Delete a snapshot. What the domain has now stays as it is.",
        options: [
            .domain, .snapshotName, .flag("current", "the current snapshot"),
            .flag("children", "and all that stand on it"),
            .flag("children-only", "all that stand on it, but not itself"),
            .flag("metadata", "the record alone; what was captured stays"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let snapshot = try await session.snapshot(arguments, of: domain)
        var flags: DomainSnapshotDeleteFlags = []
        if arguments.has("children") { flags.insert(.children) }
        if arguments.has("children-only") { flags.insert(.childrenOnly) }
        if arguments.has("metadata") { flags.insert(.metadataOnly) }
        try await explaining("Failed to delete snapshot \(snapshot.name)") {
            try await snapshot.delete(flags: flags)
        }
        let what = arguments.has("children-only") ? " children" : ""
        session.output.note("Domain snapshot \(snapshot.name)\(what) deleted\n")
    }

    static let snapshotRevert = Command(
        "snapshot-revert", "Revert a domain to a snapshot",
        description: "Have a domain be again as it was when a snapshot was taken. What it has now is lost.",
        options: [
            .domain, .snapshotName, .flag("current", "to the current snapshot"),
            .flag("running", "let it run afterwards"), .flag("paused", "leave it paused afterwards"),
            .flag("force", "even where that is risky"),
            .flag("reset-nvram", "begin with fresh variables of the firmware"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let snapshot = try await session.snapshot(arguments, of: domain)
        var flags: DomainSnapshotRevertFlags = []
        if arguments.has("running") { flags.insert(.running) }
        if arguments.has("paused") { flags.insert(.paused) }
        if arguments.has("reset-nvram") { flags.insert(.resetNvram) }
        if arguments.has("force") { flags.insert(.force) }
        try await explaining("Failed to revert snapshot \(snapshot.name)") {
            try await snapshot.domainRevertToSnapshot(flags: flags)
        }
        session.output.note("Domain snapshot \(snapshot.name) reverted\n")
    }

    static let snapshotEdit = Command(
        "snapshot-edit", "edit XML for a snapshot",
        description: "Open the record of a snapshot in an editor, and keep it as it was left.",
        options: [
            .domain, .snapshotName, .flag("current", "make it the current snapshot too"),
            .flag("rename", "let it have another name"), .flag("clone", "let there be another one beside it"),
        ]
    ) { session, arguments in
        try arguments.exclude("rename", "clone")
        let domain = try await session.domain(arguments)
        let snapshot = try await session.snapshot(
            named: arguments.string("snapshotname"), arguments, of: domain)
        let isCurrent = try await snapshot.isCurrent(flags: 0)
        let name = snapshot.name
        let before = try await snapshot.xmlDesc(flags: .secure)
        guard let after = try await TextEditor.edit(before) else {
            return session.output.note("Snapshot \(name) XML configuration not changed.\n")
        }
        let newName = try XMLQuery(after).strings("/*/name").first ?? ""
        let isRenamed = !newName.hasSameBytes(as: name)
        if isRenamed, !arguments.has("rename"), !arguments.has("clone") {
            throw Failure(
                "Must use --rename or --clone to change \(name) to \(newName)", "Failed to update \(name)")
        }
        var flags: DomainSnapshotCreateFlags = [.redefine, .validate]
        if isCurrent || arguments.has("current") { flags.insert(.current) }
        try await explaining("Failed to update \(name)") {
            _ = try await domain.snapshotCreateXML(xml: after, flags: flags)
            if isRenamed, arguments.has("rename") { try await snapshot.delete(flags: .metadataOnly) }
        }
        if !isRenamed {
            session.output.note("Snapshot \(name) edited.\n")
        } else if arguments.has("clone") {
            session.output.note("Snapshot \(name) cloned to \(newName).\n")
        }
    }
}
