import ByteText
import LinuxSystem
import Roost
import Virt

extension Command {
    static let migrate = Command(
        "migrate", "migrate domain to another host",
        description: "Move a domain to another host. Add --live for one that goes on running meanwhile.",
        options: [
            .domain([.active]),
            .required("desturi", "URI of the host that it moves to, as its mover reaches it"),
        ] + ways + places + limits
    ) { session, arguments in
        let plan = try await MigrationPlan(session, arguments)
        let domain = try await session.domain(arguments)
        try await plan.check(domain)
        throw VirtError.notSupported("virDomainMigrate3")
    }

    private static let ways: [CommandOption] = [
        .flag("live", "the domain goes on running"), .flag("offline", "only its definition moves"),
        .flag("p2p", "the hosts speak with each other"), .flag("direct", "the hypervisor does it alone"),
        .flag("tunnelled", "through the daemons' connection"),
        .flag("persistent", "define it on the other host"),
        .flag("undefinesource", "undefine it on this host"),
        .flag("suspend", "leave it paused on the other host"),
        .flag("copy-storage-all", "copy whole disks that the hosts don't share"),
        .flag("copy-storage-inc", "copy only the top images of such disks"),
        .flag(
            "copy-storage-synchronous-writes", "have the guest wait for its writes to reach the other host"),
        .flag("change-protection", "refuse changes of the domain until the end"),
        .flag("unsafe", "even where data may suffer"), .flag("verbose", "show how far it is"),
        .flag("compressed", "send repeated pages compressed"),
        .flag("auto-converge", "slow the guest down so that it comes to an end"),
        .flag("rdma-pin-all", "pin all memory before an RDMA migration begins"),
        .flag("abort-on-error", "end it at errors that it could survive"),
        .flag("postcopy", "allow what migrate-postcopy switches to"),
        .flag("postcopy-after-precopy", "switch to post-copy after the first pass"),
        .flag("postcopy-resume", "continue a post-copy migration that failed"),
        .flag("zerocopy", "send memory without copying it first"),
    ]

    private static let places: [CommandOption] = [
        .value("migrateuri", "where the memory is sent, if that isn't found by itself"),
        .value("graphicsuri", "where viewers are sent"),
        .value("listen-address", "address on which the other host waits for it"),
        .value("dname", "its name on the other host"),
        .value("timeout", "seconds after which a live migration is helped by --timeout-*", type: .number),
        .flag("timeout-suspend", "pause the guest then"),
        .flag("timeout-postcopy", "switch to post-copy then"),
        .value("xml", "file with the domain's XML for the other host", complete: .path),
        .value("migrate-disks", "targets of the disks to copy, separated by commas"),
        .value("migrate-disks-detect-zeroes", "targets of those whose zeros needn't be sent"),
        .value("disks-port", "port of the other host for disks", type: .number),
        .value("disks-uri", "where disks are sent, instead of --disks-port"),
    ]

    private static let limits: [CommandOption] = [
        .value("comp-methods", "ways to compress, separated by commas"),
        .value("comp-mt-level", "how much threads compress", type: .number),
        .value("comp-mt-threads", "how many threads compress", type: .number),
        .value("comp-mt-dthreads", "how many threads decompress", type: .number),
        .value("comp-xbzrle-cache", "bytes of the cache of sent pages", type: .number),
        .value("auto-converge-initial", "percent by which the guest is slowed down first", type: .number),
        .value("auto-converge-increment", "percent by which it is slowed down further", type: .number),
        .value("persistent-xml", "file with the definition for the other host", complete: .path),
        .flag("tls", "encrypted"),
        .value("postcopy-bandwidth", "MiB/s in post-copy", type: .number),
        .flag("parallel", "over several connections"),
        .value("parallel-connections", "how many", type: .number),
        .value("bandwidth", "MiB/s", type: .number),
        .value("tls-destination", "the name in the other host's certificate"),
        .value("comp-zlib-level", "how much zlib compresses", type: .number),
        .value("comp-zstd-level", "how much zstd compresses", type: .number),
        .value("available-switchover-bandwidth", "MiB/s that the last pass may count on", type: .number),
    ]
}
