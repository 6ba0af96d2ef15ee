import ByteText
import Roost
import Virt

/// Threads that serve disks apart from the guest's processors.
extension Command {
    static let iothreadinfo = Command(
        "iothreadinfo", "view domain IOThreads", description: "List a domain's I/O threads.",
        options: [.domain, .json] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let threads = try await explaining("Unable to get domain IOThreads information") {
            try await domain.ioThreadInfo(flags: impact)
        }
        if threads.isEmpty, !arguments.has("json") {
            return session.output.print("No IOThreads found for the domain")
        }
        var table = Table("IOThread ID", "CPU Affinity")
        for thread in threads {
            table.add(cells: [
                .number(thread.iothreadID),
                .text(CPUMap.ranges(thread.cpumap, count: thread.cpumap.count * 8)),
            ])
        }
        session.output.print(table)
    }

    static let iothreadpin = Command(
        "iothreadpin", "control domain IOThread affinity",
        description: "Choose the CPUs of the host that an I/O thread runs on.",
        options: [
            .domain, .required("iothread", "IOThread ID number", type: .number),
            .required("cpulist", "host cpu number(s) to set"),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        guard let id: UInt32 = try arguments.number("iothread") else { throw Failure() }
        let map = try arguments.cpuMap("cpulist", below: await session.hostCPUs())
        try await domain.pinIOThread(iothreadID: id, cpumap: map, flags: impact)
    }

    static let iothreadadd = Command(
        "iothreadadd", "add an IOThread to the guest domain",
        description: "Give a domain another I/O thread.",
        options: [.domain, .required("id", "iothread for the new IOThread", type: .number)] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        try await domain.addIOThread(iothreadID: arguments.thread(), flags: impact)
    }

    static let iothreaddel = Command(
        "iothreaddel", "delete an IOThread from the guest domain",
        description: "Take an I/O thread away that no disk uses.",
        options: [.domain, .required("id", "iothread_id for the IOThread to delete", type: .number)]
            + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        try await domain.delIOThread(iothreadID: arguments.thread(), flags: impact)
    }

    static let iothreadset = Command(
        "iothreadset", "modifies an existing IOThread of the guest domain",
        description: "Change how long an I/O thread polls, and how many helpers it may have.",
        options: [
            .domain, .required("id", "iothread id of existing IOThread", type: .number),
            .value("poll-max-ns", "set the maximum IOThread polling time in ns", type: .number),
            .value("poll-grow", "set the value to increase the IOThread polling time", type: .number),
            .value(
                "poll-shrink", "set the value for reduction of the IOThread polling time", type: .number),
            .value("thread-pool-min", "lower boundary for worker thread pool", type: .number),
            .value("thread-pool-max", "upper boundary for worker thread pool", type: .number),
        ] + .impact
    ) { session, arguments in
        let impact = try arguments.impact()
        let domain = try await session.domain(arguments)
        let id = try arguments.thread()
        var wanted: [TypedParameter] = []
        if let longest: UInt64 = try arguments.number("poll-max-ns") {
            wanted.append(TypedParameter("poll_max_ns", .ullong(longest)))
        }
        for name in ["poll-grow", "poll-shrink"] {
            guard let value: UInt64 = try arguments.number(name) else { continue }
            // Servers of before know 32 bits of it.
            let field = name.replacing(bytesOf: "-", with: "_")
            let short = UInt32(exactly: value).map { TypedValue.uint($0) }
            wanted.append(TypedParameter(field, short ?? .ullong(value)))
        }
        for name in ["thread-pool-min", "thread-pool-max"] {
            guard let value: Int32 = try arguments.number(name) else { continue }
            wanted.append(TypedParameter(name.replacing(bytesOf: "-", with: "_"), .int(value)))
        }
        if wanted.isEmpty { throw Failure("Not enough arguments passed, nothing to set") }
        try await domain.setIOThreadParams(iothreadID: id, parameters: wanted, flags: impact)
    }
}

extension Arguments {
    fileprivate func thread() throws -> UInt32 {
        guard let id: Int32 = try number("id") else { throw Failure() }
        if id <= 0 { throw Failure("Invalid IOThread id value: '\(id)'") }
        return UInt32(id)
    }
}
