import Virt

/// Why a guest's agent has not done what it was asked.
package enum AgentError: Error, Equatable, Sendable {
    /// The agent refused the command, with these words of its own; perhaps since it doesn't have it.
    case refused(command: String, message: String, isUnknown: Bool)
    /// It did not show within so many seconds that it listens.
    case unsynchronized(seconds: Int64)
    /// It listens, but did not answer within so many seconds.
    case timedOut(seconds: Int64)
    /// What it sent isn't the protocol.
    case violation(String)
    /// It went away while it was asked, or the guest did.
    case disappeared
    /// The line to it failed with this error of the system.
    case system(String)
}

extension VirtError {
    /// What became of a question to a guest's agent, in libvirt's words.
    package init(_ error: AgentError) {
        switch error {
        case .refused(let command, let message, _):
            self.init(
                .agentCommandFailed, "unable to execute QEMU agent command '\(command)': \(message)",
                from: .qemu)
        case .unsynchronized(let seconds):
            self.init(
                .agentUnresponsive,
                "guest agent didn't respond to synchronization within '\(seconds)' seconds", from: .qemu)
        case .timedOut(let seconds):
            self.init(
                .agentCommandTimeout, "guest agent didn't respond to command within '\(seconds)' seconds",
                from: .qemu)
        case .violation(let what):
            self.init(.internalError, "the guest's agent sent what it must not: \(what)", from: .qemu)
        case .disappeared:
            self.init(
                .agentUnresponsive, "Guest agent disappeared while executing command", from: .qemu)
        case .system(let what):
            self.init(.agentUnresponsive, "the guest's agent can't be reached: \(what)", from: .qemu)
        }
    }
}
