import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver

/// What users say to the agent themselves, and how long it is waited for.
extension QEMUDomain {
    func agentCommand(cmd: String, timeout: Int32, flags: UInt32) async throws(VirtError) -> String? {
        try flags.require(in: "qemuDomainQemuAgentCommand", from: .qemu)
        let patience = try Self.patience(timeout)
        let written: JSONValue
        do throws(JSONError) { written = try JSONValue(parsing: cmd) } catch {
            throw VirtError(.internalError, "failed to parse JSON: \(error)")
        }
        // What is written may be anything; only an object is a command, and it ends with its line.
        guard written.object != nil else {
            throw VirtError(.invalidArg, "the command is no JSON object: \(cmd)", from: .qemu)
        }
        return try await withAgent("qemu-agent-command") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.answer(to: AgentCommand(written: written, patience: patience)).description
        }
    }

    func agentSetResponseTimeout(timeout: Int32, flags: UInt32) async throws(VirtError) -> Int32 {
        try flags.require(in: "qemuDomainAgentSetResponseTimeout", from: .qemu)
        let patience = try Self.patience(timeout)
        _ = try existing()
        if guest != nil { guest?.agentPatience = patience }
        return 0
    }

    private static func patience(_ timeout: Int32) throws(VirtError) -> AgentPatience {
        if let patience = AgentPatience(timeout) { return patience }
        throw VirtError(
            .invalidArg, "guest agent timeout '\(timeout)' is less than the minimum '-2'", from: .qemu)
    }
}
