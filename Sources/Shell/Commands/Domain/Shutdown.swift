import ByteText
import Roost
import Virt

/// The ways to ask a guest to stop, in the order of their bits.
private let modes = ["acpi", "agent", "initctl", "signal", "paravirt"]

extension CommandOption {
    fileprivate static let mode = CommandOption.optional(
        "mode", "how to ask: acpi|agent|initctl|signal|paravirt", complete: .words(modes, isList: true))
}

extension Arguments {
    /// The bits of the ways that `--mode` names.
    ///
    /// - Parameter end: how a refusal ends its list of them.
    fileprivate func modeBits(_ end: String) throws(Failure) -> UInt32 {
        guard let text = try string("mode") else { return 0 }
        var bits: UInt32 = 0
        for word in text.split(atByte: ",", omittingEmptySubsequences: false) {
            guard let index = modes.firstIndex(of: String(word)) else {
                throw Failure(
                    "Unknown mode \(word) value, expecting 'acpi', 'agent', 'initctl', 'signal'\(end) 'paravirt'"
                )
            }
            bits |= 1 << UInt32(index)
        }
        return bits
    }
}

extension Command {
    static let shutdown = Command(
        "shutdown", "gracefully shutdown a domain",
        description: "Ask the guest to shut itself down. The command doesn't wait for it.",
        options: [.domain([.active]), .mode]
    ) { session, arguments in
        let bits = try arguments.modeBits(", or")
        let domain = try await session.domain(arguments)
        try await explaining("Failed to shutdown domain '\(domain.reference.name)'") {
            if bits == 0 {
                try await domain.shutdown()
            } else {
                try await domain.shutdownFlags(flags: .init(rawValue: bits))
            }
        }
        session.output.note("Domain '\(domain.reference.name)' is being shutdown\n")
    }

    static let reboot = Command(
        "reboot", "reboot a domain",
        description: "Ask the guest to start again. The command doesn't wait for it.",
        options: [.domain([.active]), .mode]
    ) { session, arguments in
        let bits = try arguments.modeBits(" or")
        let domain = try await session.domain(arguments)
        try await explaining("Failed to reboot domain '\(domain.reference.name)'") {
            try await domain.reboot(flags: DomainRebootFlags(rawValue: bits))
        }
        session.output.note("Domain '\(domain.reference.name)' is being rebooted\n")
    }

    static let reset = Command(
        "reset", "reset a domain", description: "Press the reset button: the guest isn't asked.",
        options: [.domain([.active])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await explaining("Failed to reset domain '\(domain.reference.name)'") {
            try await domain.reset(flags: 0)
        }
        session.output.note("Domain '\(domain.reference.name)' was reset\n")
    }

    static let destroy = Command(
        "destroy", "destroy (stop) a domain",
        description: "Pull the plug: the guest stops at once, its data stays.",
        options: [
            .domain([.active]), .flag("graceful", "stop the guest gently, or fail"),
            .flag("remove-logs", "remove the domain's log files too"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        var flags: DomainDestroyFlags = []
        if arguments.has("graceful") { flags.insert(.graceful) }
        if arguments.has("remove-logs") { flags.insert(.removeLogs) }
        try await explaining("Failed to destroy domain '\(domain.reference.name)'") {
            if flags.isEmpty {
                try await domain.destroy()
            } else {
                try await domain.destroyFlags(flags: flags)
            }
        }
        session.output.note("Domain '\(domain.reference.name)' destroyed\n")
    }
}
