import Roost
import Virt

/// How fast a domain moves, and what may stop it.
extension Command {
    static let migrateSetmaxdowntime = Command(
        "migrate-setmaxdowntime", "set maximum tolerable downtime",
        description: "Say how long a guest that moves may stand still at the end.",
        options: [
            .domain([.active]),
            .required("downtime", "maximum tolerable downtime (in milliseconds)", type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let downtime: Int64 = try arguments.number("downtime") ?? 0
        if downtime < 1 { throw Failure("migrate: Invalid downtime") }
        try await domain.migrateSetMaxDowntime(downtime: UInt64(downtime), flags: 0)
    }

    static let migrateGetmaxdowntime = Command(
        "migrate-getmaxdowntime", "get maximum tolerable downtime",
        description: "Print how long a guest that moves may stand still at the end, in milliseconds.",
        options: [.domain([.active])]
    ) { session, arguments in
        session.output.print("\(try await session.domain(arguments).migrateGetMaxDowntime(flags: 0))\n")
    }

    static let migrateCompcache = Command(
        "migrate-compcache", "get/set compression cache size",
        description: "Print or set the cache of pages that a guest which moves has sent already.",
        options: [
            .domain([.active]), .value("size", "requested size of the cache (in bytes)", type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        if let size: UInt64 = try arguments.number("size") {
            try await domain.migrateSetCompressionCache(cacheSize: size, flags: 0)
        }
        let size = try await domain.migrateGetCompressionCache(flags: 0)
        session.output.print("Compression cache: \(ByteSize.text(size, digits: 3))")
    }

    static let migrateSetspeed = Command(
        "migrate-setspeed", "Set the maximum migration bandwidth",
        description: "Say how many MiB a second a guest that moves may take of the network.",
        options: [
            .domain([.active]), .required("bandwidth", "migration bandwidth limit in MiB/s", type: .number),
            .flag("postcopy", "set post-copy migration bandwidth"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let text = try arguments.required("bandwidth")
        // A negative number is what it is as one without a sign.
        guard let limit = UInt64(text) ?? Int64(text).map({ UInt64(bitPattern: $0) }) else {
            throw arguments.malformed("bandwidth", text)
        }
        try await domain.migrateSetMaxSpeed(
            bandwidth: limit, flags: arguments.has("postcopy") ? .postcopy : [])
    }

    static let migrateGetspeed = Command(
        "migrate-getspeed", "Get the maximum migration bandwidth",
        description: "Print how many MiB a second a guest that moves may take of the network.",
        options: [.domain([.active]), .flag("postcopy", "get post-copy migration bandwidth")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let limit = try await domain.migrateGetMaxSpeed(flags: arguments.has("postcopy") ? .postcopy : [])
        session.output.print("\(limit)\n")
    }

    static let migratePostcopy = Command(
        "migrate-postcopy", "Switch running migration from pre-copy to post-copy",
        description: "Have a guest that moves go on at its new place before all its memory is there.",
        options: [.domain([.active])]
    ) { session, arguments in
        try await session.domain(arguments).migrateStartPostCopy(flags: 0)
    }
}
