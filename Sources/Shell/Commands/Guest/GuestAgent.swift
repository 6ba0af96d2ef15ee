import JSON
import Roost
import Virt

/// Speaking with the agent in a guest.
extension Command {
    static let qemuAgentCommand = Command(
        "qemu-agent-command", "QEMU Guest Agent Command",
        description: "Have the agent in a guest carry out a command of its protocol.",
        options: [
            .domain([.active]),
            .named("timeout", "timeout seconds. must be positive.", type: .number),
            .flag("async", "execute command without waiting for timeout"),
            .flag("block", "execute command without timeout"),
            .flag("pretty", "pretty-print the output"), .rest("cmd", "command", isRequired: true),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let command = arguments.all("cmd").joined(separator: " ")
        var timeout: Int32 = try arguments.number("timeout") ?? -2
        if arguments.has("timeout"), timeout < 1 { throw Failure("timeout must be positive") }
        if ["timeout", "async", "block"].filter({ arguments.has($0) }).count > 1 {
            throw Failure("timeout, async and block options are exclusive")
        }
        if arguments.has("async") { timeout = 0 }
        let answer = try await domain.agentCommand(cmd: command, timeout: timeout, flags: 0) ?? ""
        session.output.print(answer.json(isPretty: arguments.has("pretty")) + "\n")
    }

    static let guestAgentTimeout = Command(
        "guest-agent-timeout", "Set the guest agent timeout",
        description: "Say for how many seconds the agent in a guest is waited for.",
        options: [.domain, .value("timeout", "timeout seconds.", type: .number)]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        _ = try await domain.agentSetResponseTimeout(
            timeout: try arguments.number("timeout") ?? -2, flags: 0)
    }

    static let dompmsuspend = Command(
        "dompmsuspend", "suspend a domain gracefully using power management functions",
        description: "Have the guest's agent put its system to sleep.",
        options: [
            .domain([.running]),
            .required(
                "target", "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)",
                complete: .words(["mem", "disk", "hybrid"])),
            .value("duration", "duration in seconds", type: .number),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        let duration: UInt64 = try arguments.number("duration") ?? 0
        let text = try arguments.required("target")
        guard let target = ["mem", "disk", "hybrid"].firstIndex(of: text) else {
            throw Failure("Invalid target")
        }
        try await explaining("Domain '\(name)' could not be suspended") {
            try await domain.pmSuspendForDuration(target: UInt32(target), duration: duration, flags: 0)
        }
        session.output.note("Domain '\(name)' successfully suspended")
    }

    static let dompmwakeup = Command(
        "dompmwakeup", "wakeup a domain from pmsuspended state",
        description: "Wake a guest that has put itself to sleep.", options: [.domain([.other])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let name = domain.reference.name
        try await explaining("Domain '\(name)' could not be woken up") {
            try await domain.pmWakeup(flags: 0)
        }
        session.output.note("Domain '\(name)' successfully woken up")
    }
}

extension String {
    /// A document as it came, or spread over lines.
    func json(isPretty: Bool) -> String {
        guard isPretty, let value = try? JSONValue(parsing: self) else { return self }
        return value.spread() + "\n"
    }
}

extension JSONValue {
    /// The document with each value on a line of its own, as libvirt spreads it.
    fileprivate func spread(_ indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .object(let object) where !object.isEmpty:
            let lines = object.members.map {
                inner + JSONValue.string($0.key).description + ": " + $0.value.spread(inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let values) where !values.isEmpty:
            return "[\n" + values.map { inner + $0.spread(inner) }.joined(separator: ",\n") + "\n" + indent
                + "]"
        default: return description
        }
    }
}
