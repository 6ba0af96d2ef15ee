import Roost
import Virt

extension Session {
    /// The snapshot that `snapshotname` names, or with `--current` the one that the domain's state stands on.
    func snapshot(_ arguments: Arguments, of domain: Domain) async throws -> DomainSnapshot {
        if arguments.has("snapshotname"), arguments.has("current") {
            throw Failure("--snapshotname and --current are mutually exclusive")
        }
        return try await snapshot(named: arguments.string("snapshotname"), arguments, of: domain)
    }

    /// The same, where `--current` may say something of one that is named.
    func snapshot(
        named name: String?, _ arguments: Arguments, of domain: Domain
    ) async throws -> DomainSnapshot {
        if let name { return try await domain.snapshotLookupByName(name: name, flags: 0) }
        guard arguments.has("current") else { throw Failure("--snapshotname or --current is required") }
        return try await domain.snapshotCurrent(flags: 0)
    }

    /// The checkpoint that `checkpointname` names.
    func checkpoint(_ arguments: Arguments, of domain: Domain) async throws -> DomainCheckpoint {
        try await domain.checkpointLookupByName(
            name: arguments.required("checkpointname"), flags: 0)
    }
}

extension DomainSnapshot {
    /// Its name.
    var name: String { reference.name }

    func text() async throws -> MomentText { try MomentText(name, try await xmlDesc(flags: [])) }
}

extension DomainCheckpoint {
    var name: String { reference.name }

    func text() async throws -> MomentText { try MomentText(name, try await xmlDesc(flags: .noDomain)) }
}

extension Completer {
    static let snapshots = Completer { session, arguments in
        try await session.domain(arguments).listAllSnapshots(flags: []).map(\.reference.name)
    }
    static let checkpoints = Completer { session, arguments in
        try await session.domain(arguments).listAllCheckpoints(flags: []).map(\.reference.name)
    }
}

extension CommandOption {
    /// The snapshot that a command is about, where it may be the current one.
    static let snapshotName = CommandOption.optional(
        "snapshotname", "snapshot name", complete: .snapshots)
    static let checkpointName = CommandOption.required(
        "checkpointname", "checkpoint name", complete: .checkpoints)
}
