import JSON

/// A command for a guest's agent, and how long its answer is waited for.
package struct AgentCommand: Sendable {
    package let name: String
    /// The command as it is sent.
    package let line: [UInt8]
    /// What ends the wait where the agent answers failures only: it has gone once the guest does as it was told.
    package let isOverWith: Set<AgentNews>
    /// How long the answer may take, whatever the domain says; nil to wait as that says.
    package let patience: AgentPatience?

    package init(
        _ name: String, _ arguments: JSONObject? = nil, isOverWith: Set<AgentNews> = [],
        patience: AgentPatience? = nil
    ) {
        var command: JSONObject = ["execute": .string(name)]
        command.add("arguments", arguments.map(JSONValue.object))
        self.init(name, JSONValue.object(command), isOverWith, patience)
    }

    /// A command that somebody has written.
    package init(written command: JSONValue, patience: AgentPatience) {
        self.init(command["execute"]?.string ?? "", command, [], patience)
    }

    private init(
        _ name: String, _ command: JSONValue, _ isOverWith: Set<AgentNews>, _ patience: AgentPatience?
    ) {
        (self.name, self.isOverWith, self.patience) = (name, isOverWith, patience)
        line = command.encoded + [0x0A]
    }

    /// How long a guest may take to switch itself off or to fall asleep.
    package static let powerPatience = AgentPatience.seconds(60)

    /// Asks the guest to switch itself off, or to start over.
    package static func shutdown(reboots: Bool) -> AgentCommand {
        AgentCommand(
            "guest-shutdown", ["mode": reboots ? "reboot" : "powerdown"],
            isOverWith: reboots ? [.reset, .shutdown] : [.shutdown], patience: powerPatience)
    }
}

/// What happens to a guest that may be the answer to a command.
package enum AgentNews: Sendable {
    case shutdown, reset, suspended, suspendedToDisk
}

/// How long an agent's answer is waited for.
package enum AgentPatience: Equatable, Sendable {
    /// As long as the guest runs.
    case unlimited
    case seconds(Int64)

    /// What a call's number means: libvirt's `virDomainAgentResponseTimeoutValues`.
    package init?(_ number: Int32) {
        switch number {
        case -2: self = .unlimited
        case -1: self = .usual
        case 0...: self = .seconds(Int64(number))
        default: return nil
        }
    }

    /// How long is waited where nobody has said otherwise, and for what shows that an agent listens.
    package static let usual = AgentPatience.seconds(5)

    package var duration: Duration? { if case .seconds(let count) = self { .seconds(count) } else { nil } }
}
