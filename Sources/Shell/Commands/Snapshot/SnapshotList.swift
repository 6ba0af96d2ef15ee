import Roost
import Virt

extension Command {
    static let snapshotList = Command(
        "snapshot-list", "List snapshots for a domain",
        description: "List the snapshots of a domain, or those that the options choose.",
        options: [
            .domain, .flag("parent", "add a column with what each stands on"),
            .flag("roots", "only those that stand on none"),
            .flag("leaves", "only those on which none stands"),
            .flag("no-leaves", "only those on which others stand"),
            .flag("metadata", "only those of which there is a record"),
            .flag("no-metadata", "only those of which there is no record"),
            .flag("inactive", "only those of a domain that was off"),
            .flag("active", "only those with the memory of a running domain"),
            .flag("disk-only", "only those of a running domain's disks alone"),
            .flag("internal", "only those within the domain's own images"),
            .flag("external", "only those with files of their own"), .flag("tree", "draw a tree"),
            .named("from", "those that stand on this snapshot", complete: .snapshots),
            .flag("current", "those that stand on the current snapshot"),
            .flag("descendants", "with --from, also those further up"), .flag("name", "names alone"),
            .flag("topological", "each behind what it stands on, rather than by name"), .json,
        ]
    ) { session, arguments in
        try checkOptions(arguments)
        let domain = try await session.domain(arguments)
        var from: DomainSnapshot?
        if let name = try arguments.string("from") {
            from = try await domain.snapshotLookupByName(name: name, flags: 0)
        } else if arguments.has("current") {
            from = try await domain.snapshotCurrent(flags: 0)
        }
        let flags = listFlags(arguments)
        let found =
            if let from {
                try await from.listAllChildren(flags: flags)
            } else {
                try await domain.listAllSnapshots(flags: flags)
            }
        var moments: [MomentText] = []
        for snapshot in found {
            // One that was deleted meanwhile is none.
            if let text = try? await snapshot.text() { moments.append(text) }
        }
        let listing = MomentListing(
            header: ["Creation Time", "State"], cells: { [$0.time, $0.state] }, from: try await from?.text())
        listing.print(moments, session, arguments)
    }
}

private func checkOptions(_ arguments: Arguments) throws {
    try arguments.exclude("tree", "name")
    try arguments.exclude("parent", "roots")
    try arguments.exclude("parent", "tree")
    try arguments.exclude("roots", "tree")
    try arguments.exclude("roots", "from")
    try arguments.exclude("roots", "current")
    if arguments.has("from"), arguments.has("current") {
        throw Failure("--from and --current are mutually exclusive")
    }
    if arguments.has("leaves"), arguments.has("tree") {
        throw Failure("--leaves and --tree are mutually exclusive")
    }
    if arguments.has("descendants"), !arguments.has("from"), !arguments.has("current") {
        throw Failure("--descendants requires either --from or --current")
    }
}

private func listFlags(_ arguments: Arguments) -> DomainSnapshotListFlags {
    let flags: [(String, DomainSnapshotListFlags)] = [
        ("roots", .roots), ("descendants", .descendants), ("leaves", .leaves), ("no-leaves", .noLeaves),
        ("metadata", .metadata), ("no-metadata", .noMetadata), ("inactive", .inactive),
        ("active", .active), ("disk-only", .diskOnly), ("internal", .internal), ("external", .external),
        ("topological", .topological),
    ]
    return flags.reduce(into: []) { if arguments.has($1.0) { $0.insert($1.1) } }
}
