import ByteText
import Roost
import Virt

extension Command {
    static let blockcopy = Command(
        "blockcopy", "Start a block copy operation.",
        description: "Copy a disk, and keep the copy the same until you say which of the two is the disk.",
        options: [
            .domain([.active]),
            .required("path", "fully-qualified path of source disk", complete: CommandOption.disk),
            .value("dest", "path of the copy to create"),
            .value("bandwidth", "bandwidth limit in MiB/s", type: .number),
            .flag("shallow", "make the copy share a backing chain"),
            .flag("reuse-external", "reuse existing destination"), .alias("raw", for: "format", value: "raw"),
            .flag("blockdev", "copy destination is block device instead of regular file"),
            .flag("wait", "wait for job to reach mirroring phase"),
            .flag("verbose", "with --wait, display the progress"),
            .value(
                "timeout", "implies --wait, abort if copy exceeds timeout (in seconds)", type: .number),
            .flag("pivot", "implies --wait, pivot when mirroring starts"),
            .flag("finish", "implies --wait, quit when mirroring starts"),
            .flag("async", "with --wait, don't wait for cancel to finish"),
            .value("xml", "filename containing XML description of the copy destination", complete: .path),
            .value("format", "format of the destination file"),
            .value("granularity", "power-of-two granularity to use during the copy", type: .number),
            .value("buf-size", "maximum amount of in-flight data during the copy", type: .number),
            .flag("bytes", "the bandwidth limit is in bytes/s rather than MiB/s"),
            .flag("transient-job", "the copy job is not persisted if VM is turned off"),
            .flag(
                "synchronous-writes",
                "the copy job forces guest writes to be synchronously written to the destination"),
            .flag("print-xml", "print the XML used to start the copy job instead of starting the job"),
        ]
    ) { session, arguments in
        for pair in [
            ("dest", "xml"), ("format", "xml"), ("blockdev", "xml"), ("pivot", "finish"),
        ] {
            try arguments.exclude(pair.0, pair.1)
        }
        let waits = ["timeout", "wait", "pivot", "finish"].contains { arguments.has($0) }
        if arguments.has("async"), !waits {
            throw Failure("--async requires at least one of --timeout, --wait, --pivot, or --finish")
        }
        let wait = try BlockJobWait("Block Copy", arguments)
        let path = try arguments.required("path")
        let parameters = try arguments.copyParameters()
        let domain = try await session.domain(arguments)
        let xml = try await arguments.destination(session)
        if arguments.has("print-xml") { return session.output.print(xml) }
        var flags: DomainBlockCopyFlags = []
        for (name, flag) in [
            ("shallow", DomainBlockCopyFlags.shallow), ("reuse-external", .reuseExt),
            ("transient-job", .transientJob), ("synchronous-writes", .synchronousWrites),
        ] where arguments.has(name) {
            flags.insert(flag)
        }
        let chosen = flags
        func begin() async throws {
            try await domain.blockCopy(path: path, destxml: xml, parameters: parameters, flags: chosen)
        }
        guard waits else {
            try await begin()
            return session.output.note("Block Copy started")
        }
        switch try await wait.run(session, domain, path, begin) {
        case .aborted: throw session.unsaid("\nCopy aborted")
        case .failed: throw session.unsaid("\nCopy failed")
        case .completed, .ready:
            if arguments.has("pivot") {
                try await explaining("failed to pivot job for disk \(path)") {
                    try await domain.blockJobAbort(path: path, flags: .pivot)
                }
                session.output.note("\nSuccessfully pivoted")
            } else if arguments.has("finish") {
                try await explaining("failed to finish job for disk \(path)") {
                    try await domain.blockJobAbort(path: path, flags: [])
                }
                session.output.note("\nSuccessfully copied")
            } else {
                session.output.note("\nNow in mirroring phase")
            }
        }
    }
}

extension Arguments {
    fileprivate func copyParameters() throws(Failure) -> [TypedParameter] {
        var found: [TypedParameter] = []
        if let bandwidth = try bandwidth() {
            let unit: UInt64 = has("bytes") ? 1 : 1 << 20
            let (speed, overflows) = bandwidth.multipliedReportingOverflow(by: unit)
            if overflows {
                throw Failure("bandwidth must be less than \(UInt64.max / unit)")
            }
            if speed > 0 { found.append(TypedParameter("bandwidth", .ullong(speed))) }
        }
        let granularity: UInt32? = try number("granularity")
        if let granularity { found.append(TypedParameter("granularity", .uint(granularity))) }
        let buffer: UInt64? = try number("buf-size")
        if let buffer { found.append(TypedParameter("buf-size", .ullong(buffer))) }
        return found
    }

    /// The document that says where the copy goes.
    fileprivate func destination(_ session: Session) async throws -> String {
        if let file = try string("xml") { return try await session.read(file: file) }
        guard let path = try string("dest") else { throw Failure("need either --dest or --xml") }
        let isDevice = has("blockdev")
        var lines = XMLLines()
        lines.open("disk", ("type", isDevice ? "block" : "file"))
        lines.add("source", (isDevice ? "dev" : "file", path))
        if let format = try string("format") { lines.add("driver", ("type", format)) }
        lines.close("disk")
        return lines.text
    }
}
