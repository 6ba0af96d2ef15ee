import Roost
import Virt

extension Command {
    static let checkpointDumpxml = Command(
        "checkpoint-dumpxml", "Dump XML for a domain checkpoint", description: "Print a checkpoint as XML.",
        options: [
            .domain, .checkpointName, .flag("security-info", "include secrets"),
            .flag("no-domain", "leave out what the domain was"),
            .flag("size", "with how much was written since"),
        ] + .xmlSelection
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let checkpoint = try await session.checkpoint(arguments, of: domain)
        var flags: DomainCheckpointXMLFlags = []
        if arguments.has("security-info") { flags.insert(.secure) }
        if arguments.has("no-domain") { flags.insert(.noDomain) }
        if arguments.has("size") { flags.insert(.size) }
        try session.print(xml: try await checkpoint.xmlDesc(flags: flags), arguments)
    }

    static let checkpointInfo = Command(
        "checkpoint-info", "checkpoint information",
        description: "Print what is known of a checkpoint at a glance.",
        options: [.domain, .checkpointName, .json]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let checkpoint = try await session.checkpoint(arguments, of: domain)
        let text = try await checkpoint.text()
        session.output.field("Name", checkpoint.name)
        session.output.field("Domain", domain.reference.name)
        session.output.field("Parent", .text(text.parent, without: "-"))
        session.output.field("Children", try await checkpoint.listAllChildren(flags: []).count)
        session.output.field(
            "Descendants", try await checkpoint.listAllChildren(flags: .descendants).count)
    }

    static let checkpointList = Command(
        "checkpoint-list", "List checkpoints for a domain",
        description: "List the checkpoints of a domain, or those that the options choose.",
        options: [
            .domain, .flag("parent", "add a column with what each stands on"),
            .flag("roots", "only those that stand on none"),
            .flag("leaves", "only those on which none stands"),
            .flag("no-leaves", "only those on which others stand"), .flag("tree", "draw a tree"),
            .named("from", "those that stand on this checkpoint", complete: .checkpoints),
            .flag("descendants", "with --from, also those further up"), .flag("name", "names alone"),
            .flag("topological", "each behind what it stands on, rather than by name"), .json,
        ]
    ) { session, arguments in
        try checkOptions(arguments)
        let domain = try await session.domain(arguments)
        let from: DomainCheckpoint? =
            if let name = try arguments.string("from") {
                try await domain.checkpointLookupByName(name: name, flags: 0)
            } else {
                nil
            }
        let flags = listFlags(arguments)
        let found =
            if let from {
                try await from.listAllChildren(flags: flags)
            } else {
                try await domain.listAllCheckpoints(flags: flags)
            }
        var moments: [MomentText] = []
        for checkpoint in found {
            if let text = try? await checkpoint.text() { moments.append(text) }
        }
        let listing = MomentListing(
            header: ["Creation Time"], cells: { [$0.time] }, from: try await from?.text())
        listing.print(moments, session, arguments)
    }

    static let checkpointParent = Command(
        "checkpoint-parent", "Get the name of the parent of a checkpoint",
        description: "Print the name of the checkpoint that a checkpoint stands on.",
        options: [.domain, .checkpointName]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let checkpoint = try await session.checkpoint(arguments, of: domain)
        guard let parent = try await checkpoint.text().parent else {
            throw Failure("checkpoint '\(checkpoint.name)' has no parent")
        }
        session.output.print(parent)
    }
}

private func checkOptions(_ arguments: Arguments) throws {
    try arguments.exclude("tree", "name")
    try arguments.exclude("parent", "roots")
    try arguments.exclude("parent", "tree")
    try arguments.exclude("roots", "tree")
    try arguments.exclude("roots", "from")
    if arguments.has("leaves"), arguments.has("tree") {
        throw Failure("--leaves and --tree are mutually exclusive")
    }
    if arguments.has("descendants"), !arguments.has("from") {
        throw Failure("--descendants requires --from")
    }
}

private func listFlags(_ arguments: Arguments) -> DomainCheckpointListFlags {
    let flags: [(String, DomainCheckpointListFlags)] = [
        ("roots", .roots), ("descendants", .descendants), ("leaves", .leaves), ("no-leaves", .noLeaves),
        ("topological", .topological),
    ]
    return flags.reduce(into: []) { if arguments.has($1.0) { $0.insert($1.1) } }
}
