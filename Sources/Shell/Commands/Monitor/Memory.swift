import JSON
import LinuxSystem
import Roost
import Virt

extension Command {
    static let dommemstat = Command(
        "dommemstat", "get memory statistics for a domain",
        description: "Print what a guest does with its memory.",
        options: [
            .domain([.active]), .named("period", "seconds between the guest's reports", type: .number), .json,
        ]
            + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        if let period: Int32 = try arguments.number("period") {
            try await explaining("Unable to change balloon collection period.") {
                try await domain.setMemoryStatsPeriod(
                    period: period, flags: impact)
            }
            return
        }
        let stats = try await explaining(
            "Failed to get memory statistics for domain \(domain.reference.name)"
        ) {
            try await domain.memoryStats(maxStats: 1024, flags: 0)
        }
        for stat in stats where memoryNames.indices.contains(Int(stat.tag)) {
            session.output.tell(memoryNames[Int(stat.tag)], JSONValue(stat.val))
            session.output.print("\(memoryNames[Int(stat.tag)]) \(stat.val)\n")
        }
    }

    static let domtime = Command(
        "domtime", "domain time", description: "Print or set the guest's clock, by its agent.",
        options: [
            .domain([.active]), .flag("now", "set it to this host's time"), .flag("pretty", "as a date"),
            .flag("sync", "set it to the guest's hardware clock"),
            .value("time", "set it to so many seconds after 1970 began", type: .number),
        ]
    ) { session, arguments in
        try arguments.exclude("time", "now")
        try arguments.exclude("time", "sync")
        try arguments.exclude("now", "sync")
        let domain = try await session.domain(arguments)
        let given: Int64? = try arguments.number("time")
        if arguments.has("now") || arguments.has("sync") || given != nil {
            let seconds = given ?? (arguments.has("now") ? Int64(CalendarTime.now.seconds) : 0)
            let flags: DomainSetTimeFlags = arguments.has("sync") ? .sync : []
            try await domain.setTime(seconds: seconds, nseconds: 0, flags: flags)
            return
        }
        let time = try await domain.time(flags: 0)
        if arguments.has("pretty"), let seconds = UInt64(exactly: time.seconds) {
            let (nanoseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            if !overflows {
                return session.output.print(
                    "Time: \(LocalTime(nanoseconds: nanoseconds, isUTC: true).dashed)")
            }
        }
        session.output.print("Time: \(time.seconds)")
    }

    static let domstats = Command(
        "domstats", "get statistics about one or multiple domains",
        description: "Print everything that is counted for some or all domains.",
        options: statsOptions.map { CommandOption.flag($0.0, $0.1) } + [
            .flag("list-active", "of active domains only"),
            .flag("list-inactive", "of inactive domains only"),
            .flag("list-persistent", "of persistent domains only"),
            .flag("list-transient", "of transient domains only"),
            .flag("list-running", "of running domains only"),
            .flag("list-paused", "of paused domains only"),
            .flag("list-shutoff", "of domains that are shut off only"),
            .flag("list-other", "of domains in other states only"), .flag("raw", "values as they come"),
            .flag("enforce", "fail where a statistic isn't supported"),
            .flag("backing", "with the backing chains of disks"),
            .flag("nowait", "only what is known at once"),
            .json, .rest("domain", "the domains", complete: .domains()),
        ]
    ) { session, arguments in
        var stats: UInt32 = 0
        for (index, option) in statsOptions.enumerated() where arguments.has(option.0) {
            stats |= 1 << UInt32(index)
        }
        var references: [DomainReference] = []
        for name in arguments.all("domain") {
            references.append(try await session.domain(named: name, for: arguments.command).reference)
        }
        let records = try await session.connected().allDomainStats(
            doms: references, stats: stats, flags: statsFlags(arguments))
        session.output.tell("items", .array(records.map(statistics)))
        for (index, record) in records.enumerated() {
            session.output.print((index == 0 ? "" : "\n") + "Domain: '\(record.domain.name)'\n")
            for parameter in record.parameters {
                session.output.print("  \(parameter.field)=\(parameter.value.text)\n")
            }
        }
    }
}

/// A domain's statistics in JSON.
private func statistics(_ record: DomainStatsRecord) -> JSONValue {
    let values = record.parameters.map { ($0.field, $0.value.json) }
    return ["name": .string(record.domain.name), "statistics": .object(JSONObject(values))]
}

/// The groups of statistics in the order of their bits.
private let statsOptions = [
    ("state", "state"), ("cpu-total", "CPU time"), ("balloon", "memory"), ("vcpu", "virtual CPUs"),
    ("interface", "network interfaces"), ("block", "disks"), ("perf", "performance events"),
    ("iothread", "I/O threads"), ("memory", "memory bandwidth"), ("dirtyrate", "rate of dirtied memory"),
    ("vm", "what only this hypervisor counts"),
]

private func statsFlags(_ arguments: Arguments) -> ConnectGetAllDomainStatsFlags {
    let flags: [(String, ConnectGetAllDomainStatsFlags)] = [
        ("list-active", .active), ("list-inactive", .inactive), ("list-persistent", .persistent),
        ("list-transient", .transient), ("list-running", .running), ("list-paused", .paused),
        ("list-shutoff", .shutoff), ("list-other", .other), ("enforce", .enforceStats), ("backing", .backing),
        ("nowait", .nowait),
    ]
    return flags.reduce(into: []) { if arguments.has($1.0) { $0.insert($1.1) } }
}

/// The names of the statistics by their tags.
private let memoryNames = [
    "swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "actual", "rss", "usable",
    "last_update", "disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail",
]
