import DriverKit
import Glibc
import JSON
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtXML

/// Speaking with the agent that runs in the guest.
extension QEMUDomain {
    /// Has the guest's agent carry a command out, and gives what it returns. One caller at a time has the agent.
    @discardableResult
    func askAgent(_ command: AgentCommand) async throws(VirtError) -> JSONValue {
        try await withAgent(command.name) { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.tell(command)
        }
    }

    /// Does something with the guest's agent, alone; the domain's other jobs go on beside it.
    func withAgent<Result: Sendable>(
        _ name: String, _ body: (isolated QEMUDomain) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        try requireAgent()
        let job = try await agentJobs.acquire(.query, "agent=\(name)")
        defer { agentJobs.release(job) }
        return try await body(self)
    }

    /// Sends the agent a command, for whoever has it; what it returns.
    @discardableResult
    func tell(_ command: AgentCommand) async throws(VirtError) -> JSONValue {
        try await answer(to: command)["return"] ?? .null
    }

    /// The agent's whole answer.
    func answer(to command: AgentCommand) async throws(VirtError) -> JSONValue {
        do throws(AgentError) {
            return try await tried(command)
        } catch {
            throw VirtError(error)
        }
    }

    /// As above, with what went wrong. The guest has to be the same from beginning to end.
    func tried(_ command: AgentCommand) async throws(AgentError) -> JSONValue {
        do throws(VirtError) { try requireAgent() } catch { throw .system(error.message) }
        guard let run = guest?.id else { throw .disappeared }
        let agent = try await agent(of: run)
        let patience = command.patience ?? guest(run)?.agentPatience ?? .usual
        let answer = try await agent.ask(command, patience: patience)
        if guest(run) == nil, command.isOverWith.isEmpty { throw .disappeared }
        return answer
    }

    // MARK: The line

    /// Throws unless the guest runs, and an agent listens in it.
    func requireAgent() throws(VirtError) {
        try requireGuest()
        guard snapshot.state == .running else {
            throw VirtError(.operationInvalid, "domain is not running", from: .qemu)
        }
        guard let channel = snapshot.live?.agentChannel, case .virtio(_, let state) = channel.target else {
            throw VirtError(.argumentUnsupported, "QEMU guest agent is not configured", from: .qemu)
        }
        guard state == .connected else {
            throw VirtError(.agentUnresponsive, "QEMU guest agent is not connected", from: .qemu)
        }
    }

    /// The line to the agent of a run, joined when it is first needed.
    private func agent(of run: Int32) async throws(AgentError) -> AgentConnection {
        if let agent = guest(run)?.agent, await !agent.isClosed { return agent }
        guard let path = snapshot.live?.agentChannel?.source.path else { throw .disappeared }
        let listeners = context.configuration.listeners
        do throws(SystemError) {
            let socket = try await Blocking.run { () throws(SystemError) in
                try UnixSocket.connect(to: path, listeners: listeners)
            }
            let agent = AgentConnection(socket: socket)
            // Whoever has come meanwhile has joined it already: QEMU hears one.
            if let other = guest(run)?.agent, await !other.isClosed {
                await agent.close()
                return other
            }
            guard guest(run) != nil else {
                await agent.close()
                throw SystemError(call: "connect", errno: ECONNRESET, context: path)
            }
            guest?.agent = agent
            return agent
        } catch {
            throw .system("\(error)")
        }
    }

    /// Somebody in the guest listens as its agent from now on, or no more. An agent whose line nobody holds looks in vain for
    /// news ten times a second: it is joined at once.
    func agentChanged(isConnected: Bool) {
        guard let run = guest?.id else { return }
        let former = guest?.agent
        Task {
            if isConnected { _ = try? await agent(of: run) } else { await former?.lose() }
        }
    }

    /// Tells the line to the agent what has happened to the guest.
    func tellAgent(_ news: AgentNews) {
        guard let agent = guest?.agent else { return }
        Task { await agent.note(news) }
    }
}

extension AgentNews {
    /// What an event of QEMU's says about what the guest's agent was asked for, if that is anything.
    init?(_ event: QMPEvent) {
        switch event.name {
        case "SHUTDOWN": self = .shutdown
        case "RESET": self = .reset
        case "SUSPEND": self = .suspended
        case "SUSPEND_DISK": self = .suspendedToDisk
        default: return nil
        }
    }
}

extension DomainDefinition {
    /// The channel at which the guest's agent listens.
    var agentChannel: ChannelDevice? {
        devices.channels.first { channel in
            guard case .virtio = channel.target, channel.source.type == .unix else { return false }
            return channel.target.name == ChannelDevice.agentName
        }
    }
}
