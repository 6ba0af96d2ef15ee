import Roost
import Virt

extension Command {
    static let suspend = Command(
        "suspend", "suspend a domain", description: "Stop the clock of a running domain; it stays in memory.",
        options: [.domain([.running])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await explaining("Failed to suspend domain '\(domain.reference.name)'") {
            try await domain.suspend()
        }
        session.output.note("Domain '\(domain.reference.name)' suspended\n")
    }

    static let resume = Command(
        "resume", "resume a domain", description: "Let a suspended domain run on.",
        options: [.domain([.paused])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await explaining("Failed to resume domain '\(domain.reference.name)'") {
            try await domain.resume()
        }
        session.output.note("Domain '\(domain.reference.name)' resumed\n")
    }
}
