import Roost
import Virt

extension Command {
    static let address = Command(
        "address", "all that is known of a domain's addresses",
        description: """
            The addresses of a running domain, each with who knows it: its network, which has leased it (lease), or the
            host, which has heard of it (arp). With --wait, waits until there is one.
            """,
        options: [
            .domain([.active]), .flag("wait", "wait for the first address"),
            .named("timeout", "seconds after which --wait gives up"),
            .flag("quiet", "print the addresses alone"), .json,
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let known = try await session.addresses(of: domain, arguments)
        if known.isEmpty {
            let name = domain.reference.name
            throw Failure("no address of domain '\(name)' is known (--wait waits for the first)")
        }
        if arguments.has("quiet") {
            var seen: Set<String> = []
            let texts = known.map(\.address).filter { seen.insert($0).inserted }
            return session.output.print(texts.map { $0 + "\n" }.joined())
        }
        var table = Table("Interface", "MAC", "Address", "Source", "Known")
        for one in known {
            let prefix = one.prefix > 0 ? "/\(one.prefix)" : ""
            table.add(one.interface, one.hwaddr, one.address + prefix, one.sourceName, one.history)
        }
        session.output.print(table)
    }
}

extension Session {
    fileprivate func addresses(of domain: Domain, _ arguments: Arguments) async throws -> [GuestAddress] {
        let limit: UInt32? = try arguments.number("timeout")
        let end = limit.map { ContinuousClock.now + .seconds(Int64($0)) }
        while true {
            let known = try await domain.knownAddresses()
            if !known.isEmpty || !arguments.has("wait") { return known }
            if let end, ContinuousClock.now >= end { return [] }
            // Nobody tells of a lease: it is looked for.
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

extension GuestAddress {
    fileprivate var sourceName: String {
        switch DomainInterfaceAddressesSource(rawValue: Int32(clamping: source)) {
        case .lease: "lease"
        case .agent: "agent"
        case .arp: "arp"
        default: "-"
        }
    }

    /// How fresh it is.
    fileprivate var history: String {
        if expiry == 0 { return "leased for ever" }
        if expiry > 0,
            let nanoseconds = UInt64(exactly: expiry)?.multipliedReportingOverflow(by: 1_000_000_000),
            !nanoseconds.overflow
        {
            return "leased until \(LocalTime(nanoseconds: nanoseconds.partialValue, isUTC: false).dashed)"
        }
        return age >= 0 ? "heard of \(age) s ago" : "-"
    }
}
