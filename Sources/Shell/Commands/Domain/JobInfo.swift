import Roost
import Virt

extension Command {
    static let domjobinfo = Command(
        "domjobinfo", "domain job information", description: "Print what a domain is busy with.",
        options: [
            .domain, .flag("completed", "of the job that ended last"),
            .flag("keep-completed", "keep it to be asked for again"),
            .flag("anystats", "whatever is counted"), .flag("rawstats", "values as they come"),
        ]
    ) { session, arguments in
        try arguments.require("completed", for: "keep-completed")
        let domain = try await session.domain(arguments)
        var flags: DomainGetJobStatsFlags = []
        if arguments.has("completed") { flags.insert(.completed) }
        if arguments.has("keep-completed") { flags.insert(.keepCompleted) }
        let job = try await session.job(of: domain, flags, isRaw: arguments.has("rawstats"))
        if arguments.has("rawstats") {
            session.output.print("Job type: \(job.type)\n\n")
            for parameter in job.parameters {
                session.output.print("\(parameter.field): \(parameter.value.text)\n")
            }
            return
        }
        session.output.print("Job type:".padded(to: 17) + " " + job.typeName.padded(to: 12) + "\n")
        let types: [Int32] = arguments.has("anystats") ? [1, 2, 3, 4, 5] : [1, 2, 3]
        if types.contains(job.type) { session.output.print(JobText(job).lines) }
    }
}

/// A job as it was told.
private struct ToldJob {
    var type: Int32
    var parameters: [TypedParameter]

    var typeName: String {
        let names = ["None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled"]
        return names.indices.contains(Int(type)) ? names[Int(type)] : "unknown"
    }
}

extension Session {
    fileprivate func job(
        of domain: Domain, _ flags: DomainGetJobStatsFlags, isRaw: Bool
    ) async throws -> ToldJob {
        do throws(VirtError) {
            let reply = try await domain.jobStats(flags: flags)
            return ToldJob(type: reply.type, parameters: reply.parameters)
        } catch {
            guard error.code == .noSupport else { throw error }
            if !flags.isEmpty || isRaw {
                throw Failure("Optional flags or --rawstats are not supported by the daemon", because: error)
            }
            return ToldJob(type: try await domain.jobInfo().type, parameters: [])
        }
    }
}

/// What is counted of a job, in words.
private struct JobText {
    private let values: [String: TypedValue]
    private let type: Int32
    private(set) var lines = ""

    init(_ job: ToldJob) {
        values = Dictionary(job.parameters.map { ($0.field, $0.value) }) { $1 }
        type = job.type
        addTimes()
        for (stem, title) in [("data", "Data"), ("memory", "Memory"), ("disk", "File")] {
            addSizes(stem, title)
        }
        addTemporary()
        addMemory()
        addDowntime()
        if case .string(let reason) = values["errmsg"] { add("Error message", reason) }
    }

    private func number(_ name: String) -> UInt64? {
        switch values[name] {
        case .ullong(let value): value
        case .int(let value): UInt64(exactly: value)
        default: nil
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        lines += (name + ":").padded(to: 17) + " \(value)\n"
    }

    private mutating func addTimes() {
        if let number = number("operation") {
            let names = [
                "Unknown", "Start", "Save", "Restore", "Incoming migration", "Outgoing migration", "Snapshot",
                "Snapshot revert", "Dump", "Backup", "Snapshot delete",
            ]
            let name = number < names.count ? names[Int(number)] : "unknown"
            add("Operation", name.padded(to: 12))
        }
        if let time = number("time_elapsed") { addTime("Time elapsed", time) }
        if let time = number("time_elapsed_net") { addTime("Time elapsed w/o network", time) }
    }

    private mutating func addTime(_ name: String, _ milliseconds: UInt64) {
        add(name, String(milliseconds).padded(to: 12) + " ms")
    }

    private mutating func addSizes(_ stem: String, _ title: String) {
        // Of a part of which there is nothing, nothing is said.
        guard let total = number(stem + "_total"), total > 0 else { return }
        for (end, word) in [("processed", "processed"), ("remaining", "remaining"), ("total", "total")] {
            guard let size = number("\(stem)_\(end)") else { continue }
            add("\(title) \(word)", ByteSize.text(size, digits: 3))
        }
        if let speed = number(stem + "_bps"), speed > 0 {
            add("\(title) bandwidth", ByteSize.text(speed, digits: 3) + "/s")
        }
    }

    private mutating func addTemporary() {
        guard let total = number("disk_temp_total"), total > 0 else { return }
        if let used = number("disk_temp_used") {
            add("Temporary disk space use", ByteSize.text(used, digits: 3))
        }
        add("Temporary disk space total", ByteSize.text(total, digits: 3))
    }

    private mutating func addMemory() {
        if let rate = number("memory_dirty_rate") {
            add("Dirty rate", String(rate).padded(to: 12) + " pages/s")
        }
        if let size = number("memory_page_size") { add("Page size", String(size).padded(to: 12) + " bytes") }
        if let count = number("memory_iteration") { add("Iteration", String(count).padded(to: 12)) }
        if let count = number("memory_postcopy_requests") {
            add("Postcopy requests", String(count).padded(to: 12))
        }
        if let count = number("memory_constant") { add("Constant pages", String(count).padded(to: 12)) }
        if let count = number("memory_normal") { add("Normal pages", String(count).padded(to: 12)) }
        if let size = number("memory_normal_bytes") { add("Normal data", ByteSize.text(size, digits: 3)) }
    }

    private mutating func addDowntime() {
        if let time = number("downtime") { addTime(type == 3 ? "Total downtime" : "Expected downtime", time) }
        if let time = number("setup_time") { addTime("Setup time", time) }
    }
}
