import Roost
import Virt

extension Command {
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
