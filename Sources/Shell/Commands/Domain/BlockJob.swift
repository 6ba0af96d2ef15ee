import Roost
import Virt

extension Command {
    static let blockjob = Command(
        "blockjob", "Manage active block operations",
        description: "Look at, slow down or end a job on a disk.",
        options: [
            .domain([.active]),
            .required("path", "fully-qualified path of disk", complete: CommandOption.disk),
            .flag("abort", "abort the active job on the specified disk"),
            .flag("async", "implies --abort; request but don't wait for job end"),
            .flag("pivot", "implies --abort; conclude and pivot a copy or commit job"),
            .flag("info", "get active job information for the specified disk"),
            .flag("bytes", "get/set bandwidth in bytes rather than MiB/s"),
            .flag("raw", "implies --info; output details rather than human summary"),
            .value("bandwidth", "set the bandwidth limit in MiB/s", type: .number),
        ]
    ) { session, arguments in
        for pair in [
            ("raw", "abort"), ("raw", "async"), ("raw", "pivot"), ("raw", "bandwidth"), ("info", "abort"),
            ("info", "async"), ("info", "pivot"), ("info", "bandwidth"), ("bytes", "abort"),
            ("bytes", "async"), ("bytes", "pivot"),
        ] {
            try arguments.exclude(pair.0, pair.1)
        }
        let domain = try await session.domain(arguments)
        let path = try arguments.required("path")
        if arguments.has("abort") || arguments.has("async") || arguments.has("pivot") {
            var flags: DomainBlockJobAbortFlags = []
            if arguments.has("async") { flags.insert(.async) }
            if arguments.has("pivot") { flags.insert(.pivot) }
            return try await domain.blockJobAbort(path: path, flags: flags)
        }
        if let bandwidth = try arguments.bandwidth() {
            return try await domain.blockJobSetSpeed(
                path: path, bandwidth: bandwidth, flags: arguments.has("bytes") ? .bandwidthBytes : [])
        }
        try await session.show(domain, path, arguments)
    }
}

extension Session {
    fileprivate func show(_ domain: Domain, _ path: String, _ arguments: Arguments) async throws {
        let isRaw = arguments.has("raw")
        // In bytes, unless the server only knows the coarser unit.
        let unit: DomainBlockJobInfoFlags = isRaw && !arguments.has("bytes") ? [] : .bandwidthBytes
        let info = try await domain.blockJobInfo(path: path, flags: unit)
        if info.found == 0 {
            if !isRaw { output.note("No current block job for \(path)") }
            return
        }
        let title = BlockJobTitle.text(info.type)
        if isRaw {
            output.print(
                " type=\(title)\n bandwidth=\(info.bandwidth)\n cur=\(info.cur)\n end=\(info.end)\n")
            return
        }
        output.progress(title, info.cur, of: info.end)
        if info.bandwidth > 0 {
            let text = ByteSize.text(info.bandwidth, digits: 3)
            output.print("    Bandwidth limit: \(info.bandwidth) bytes/s (\(text)/s)\n")
        }
    }
}

extension Arguments {
    /// How fast a job may be: a number of MiB, or of bytes where that is said.
    func bandwidth() throws(Failure) -> UInt64? {
        guard let text = try string("bandwidth") else { return nil }
        let refusal = malformedSize("<--bandwidth>", text)
        if has("bytes") {
            do throws(Failure) { return try scaled("bandwidth") } catch { throw refusal }
        }
        // A negative number is what it is as one without a sign, the greatest that there are.
        guard let number = UInt64(text) ?? Int64(text).map({ UInt64(bitPattern: $0) }) else { throw refusal }
        return number
    }
}

/// What jobs on disks are called.
enum BlockJobTitle {
    private static let all = [
        "Unknown job", "Block Pull", "Block Copy", "Block Commit", "Active Block Commit", "Backup",
    ]

    static func text(_ type: Int32) -> String { all.indices.contains(Int(type)) ? all[Int(type)] : all[0] }
}
