import ByteText
import Roost
import Virt

/// What `migrate` is asked for, seen to be possible as far as the options tell.
struct MigrationPlan {
    private let arguments: Arguments
    private let destination: String

    /// Throws what contradicts itself, is no number, or can't be read.
    init(_ session: Session, _ arguments: Arguments) async throws {
        self.arguments = arguments
        try Self.checkPairs(arguments)
        destination = try arguments.required("desturi")
        try Self.checkTimeout(arguments)
        for name in ["migrate-disks", "migrate-disks-detect-zeroes", "copy-storage-synchronous-writes"]
        where arguments.has(name) && !arguments.has("copy-storage-all") && !arguments.has("copy-storage-inc")
        {
            throw Failure("'--\(name)' requires one of '--copy-storage-all', '--copy-storage-inc'")
        }
        try Self.checkNumbers(arguments)
        for name in ["xml", "persistent-xml"] {
            guard let file = try arguments.string(name) else { continue }
            do { _ = try await session.read(file: file) } catch {
                throw Failure("cannot read file '\(file)'", because: error)
            }
        }
    }

    private static func checkPairs(_ arguments: Arguments) throws(Failure) {
        for (first, second) in [
            ("live", "offline"), ("timeout-suspend", "timeout-postcopy"),
            ("copy-storage-all", "copy-storage-inc"),
        ] {
            try arguments.exclude(first, second)
        }
        for (first, needed) in [
            ("postcopy-resume", "postcopy"), ("postcopy-after-precopy", "postcopy"),
            ("timeout-postcopy", "postcopy"),
            ("persistent-xml", "persistent"), ("tls-destination", "tls"),
        ] {
            try arguments.require(needed, for: first)
        }
    }

    private static func checkTimeout(_ arguments: Arguments) throws(Failure) {
        guard let timeout: Int64 = try arguments.number("timeout") else {
            if arguments.has("timeout-suspend") || arguments.has("timeout-postcopy") {
                throw Failure("migrate: Unexpected --timeout-* option without --timeout")
            }
            return
        }
        if timeout < 0 || timeout > Int64(Int32.max) / 1000 {
            throw arguments.malformed("timeout", try arguments.required("timeout"))
        }
        if timeout > 0, !arguments.has("live") {
            throw Failure("migrate: Unexpected timeout for offline migration")
        }
    }

    private static let numbers = [
        "disks-port", "comp-mt-level", "comp-mt-threads", "comp-mt-dthreads", "auto-converge-initial",
        "auto-converge-increment", "parallel-connections", "comp-zlib-level", "comp-zstd-level",
    ]
    private static let sizes = [
        "comp-xbzrle-cache", "postcopy-bandwidth", "bandwidth", "available-switchover-bandwidth",
    ]

    private static func checkNumbers(_ arguments: Arguments) throws(Failure) {
        for name in numbers { let _: Int32? = try arguments.number(name) }
        for name in sizes { let _: UInt64? = try arguments.number(name) }
    }

    /// Throws where the domain's hypervisor can't move it as it is asked to.
    ///
    /// Roost's drivers move no guests yet, and another daemon's are left to its own client.
    func check(_ domain: Domain) async throws {
        // Where it should go must be there, before anything else is said of the domain.
        if !arguments.has("p2p"), !arguments.has("direct") {
            await (try Connection.open(destination)).close()
        }
        for way in ["p2p", "direct"] where arguments.has(way) {
            throw VirtError(
                .argumentUnsupported, "\(way) migration is not supported by the source host", from: .none)
        }
        if arguments.has("tunnelled") {
            throw Failure("cannot perform tunnelled migration without using peer2peer flag")
        }
        let extended =
            ["disks-uri", "comp-methods"]
            + Self.numbers.filter { $0 != "disks-port" && $0 != "parallel-connections" }
        if extended.contains(where: arguments.has) {
            throw VirtError(
                .argumentUnsupported,
                "Migration APIs with extensible parameters are not supported but extended parameters were passed",
                from: .none)
        }
    }
}
