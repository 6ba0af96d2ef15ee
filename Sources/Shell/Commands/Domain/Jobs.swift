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
        let domain = try await session.domain(arguments)
        var flags: DomainGetJobStatsFlags = []
        if arguments.has("completed") { flags.insert(.completed) }
        if arguments.has("keep-completed") { flags.insert(.keepCompleted) }
        let type: Int32
        var parameters: [TypedParameter] = []
        do throws(VirtError) {
            let reply = try await domain.jobStats(flags: flags)
            (type, parameters) = (reply.type, reply.parameters)
        } catch {
            if error.code != .noSupport || !flags.isEmpty || arguments.has("rawstats") { throw error }
            type = try await domain.jobInfo().type
        }
        let types = ["None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled"]
        let name = types.indices.contains(Int(type)) ? types[Int(type)] : "unknown"
        session.output.print("Job type:".padded(to: 17) + " " + name.padded(to: 12) + "\n")
        if type == 0 { return }
        for parameter in parameters {
            session.output.print((parameter.field + ":").padded(to: 17) + " \(parameter.value.text)\n")
        }
    }

    static let domjobabort = Command(
        "domjobabort", "abort active domain job", description: "Stop what a domain is busy with.",
        options: [.domain([.active]), .flag("postcopy", "stop a migration after it switched to post-copy")]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        if arguments.has("postcopy") {
            try await domain.abortJobFlags(flags: .postcopy)
        } else {
            try await domain.abortJob()
        }
    }

    static let domhostname = Command(
        "domhostname", "print the domain's hostname",
        description: "Print the name that a guest has given itself.",
        options: [
            .domain([.active]),
            .value("source", "who is asked: lease|agent", complete: .words(["lease", "agent"])),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let source = try arguments.string("source")
        let flags: DomainGetHostnameFlags
        switch source {
        case nil: flags = []
        case "lease": flags = .lease
        case "agent": flags = .agent
        case let other?: throw Failure("Unknown data source '\(other)'")
        }
        let name = try await explaining("failed to get hostname") { try await domain.hostname(flags: flags) }
        session.output.print(name + "\n")
    }
}
