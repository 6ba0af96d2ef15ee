import Roost
import Virt

extension Command {
    static let blockpull = Command(
        "blockpull", "Populate a disk from its backing image.",
        description: "Have a disk's image take over what lies below it.",
        options: [
            .domain([.active]),
            .required("path", "fully-qualified path of disk", complete: CommandOption.disk),
            .value("bandwidth", "bandwidth limit in MiB/s", type: .number),
            .value("base", "path of backing file in chain for a partial pull"),
            .flag("wait", "wait for job to finish"), .flag("verbose", "with --wait, display the progress"),
            .value("timeout", "with --wait, abort if pull exceeds timeout (in seconds)", type: .number),
            .flag("async", "with --wait, don't wait for cancel to finish"),
            .flag("keep-relative", "keep the backing chain relatively referenced"),
            .flag("bytes", "the bandwidth limit is in bytes/s rather than MiB/s"),
        ]
    ) { session, arguments in
        try arguments.require("wait", for: "verbose")
        try arguments.require("wait", for: "async")
        let wait = try BlockJobWait("Block Pull", arguments)
        let (path, base) = (try arguments.required("path"), try arguments.string("base"))
        let bandwidth = try arguments.bandwidth() ?? 0
        var flags: DomainBlockRebaseFlags = arguments.has("bytes") ? .bandwidthBytes : []
        if arguments.has("keep-relative") { flags.insert(.relative) }
        let domain = try await session.domain(arguments)
        let chosen = flags
        func begin() async throws {
            if base != nil || !chosen.isEmpty {
                try await domain.blockRebase(path: path, base: base, bandwidth: bandwidth, flags: chosen)
            } else {
                try await domain.blockPull(path: path, bandwidth: bandwidth, flags: [])
            }
        }
        guard arguments.has("wait") else {
            try await begin()
            return session.output.note("Block Pull started")
        }
        switch try await wait.run(session, domain, path, begin) {
        case .completed, .ready: session.output.note("\nPull complete")
        case .aborted: throw session.unsaid("\nPull aborted")
        case .failed: throw session.unsaid("\nPull failed")
        }
    }

    static let blockcommit = Command(
        "blockcommit", "Start a block commit operation.",
        description: "Merge images of a disk into one below them.",
        options: [
            .domain([.active]),
            .required("path", "fully-qualified path of disk", complete: CommandOption.disk),
            .value("bandwidth", "bandwidth limit in MiB/s", type: .number),
            .value("base", "path of base file to commit into (default bottom of chain)"),
            .flag("shallow", "use backing file of top as base"),
            .value("top", "path of top file to commit from (default top of chain)"),
            .flag("active", "trigger two-stage active commit of top file"),
            .flag("delete", "delete files that were successfully committed"),
            .flag("wait", "wait for job to complete (with --active, wait for job to sync)"),
            .flag("verbose", "with --wait, display the progress"),
            .value(
                "timeout", "implies --wait, abort if copy exceeds timeout (in seconds)", type: .number),
            .flag("pivot", "implies --active --wait, pivot when commit is synced"),
            .flag("keep-overlay", "implies --active --wait, quit when commit is synced"),
            .flag("async", "with --wait, don't wait for cancel to finish"),
            .flag("keep-relative", "keep the backing chain relatively referenced"),
            .flag("bytes", "the bandwidth limit is in bytes/s rather than MiB/s"),
        ]
    ) { session, arguments in
        try arguments.exclude("pivot", "keep-overlay")
        let waits = ["timeout", "wait", "pivot", "keep-overlay"].contains { arguments.has($0) }
        if arguments.has("async"), !waits {
            throw Failure("--async requires at least one of --timeout, --wait, --pivot, or --keep-overlay")
        }
        let isActive = ["active", "pivot", "keep-overlay"].contains { arguments.has($0) }
        let wait = try BlockJobWait("Block commit", arguments)
        let path = try arguments.required("path")
        let (base, top) = (try arguments.string("base"), try arguments.string("top"))
        let bandwidth = try arguments.bandwidth() ?? 0
        var flags: DomainBlockCommitFlags = isActive ? .active : []
        for (name, flag) in [
            ("shallow", DomainBlockCommitFlags.shallow), ("delete", .delete), ("keep-relative", .relative),
            ("bytes", .bandwidthBytes),
        ] where arguments.has(name) {
            flags.insert(flag)
        }
        let domain = try await session.domain(arguments)
        let chosen = flags
        func begin() async throws {
            try await domain.blockCommit(
                disk: path, base: base, top: top, bandwidth: bandwidth, flags: chosen)
        }
        guard waits else {
            try await begin()
            let what = isActive ? "Active Block Commit started" : "Block Commit started"
            return session.output.note(what)
        }
        switch try await wait.run(session, domain, path, begin) {
        case .aborted: throw session.unsaid("\nCommit aborted")
        case .failed: throw session.unsaid("\nCommit failed")
        case .completed where !isActive: session.output.note("\nCommit complete")
        case .ready, .completed:
            if arguments.has("pivot") {
                try await explaining("failed to pivot job for disk \(path)") {
                    try await domain.blockJobAbort(path: path, flags: .pivot)
                }
                session.output.note("\nSuccessfully pivoted")
            } else if arguments.has("keep-overlay") {
                try await explaining("failed to finish job for disk \(path)") {
                    try await domain.blockJobAbort(path: path, flags: [])
                }
                session.output.note("\nCommit complete, overlay image kept")
            } else {
                session.output.note("\nNow in synchronized phase")
            }
        }
    }
}

extension Session {
    /// A failure whose words are no error: they are printed, and the exit code tells.
    func unsaid(_ text: String) -> Failure {
        output.note(text)
        return Failure()
    }
}
