import DriverKit
import JSON
import QMP
import Virt
import VirtDriver

extension QEMUDomain {
    /// Has QEMU execute a command of the user's, in JSON or as a person types it, and gives the reply as it came.
    func monitorCommand(cmd: String, flags: DomainQemuMonitorCommandFlags) async throws(VirtError) -> String {
        try flags.require(.hmp, in: "qemuDomainQemuMonitorCommandWithFiles", from: .qemu)
        try requireGuest()
        if flags.contains(.hmp) {
            let reply = try await ask("human-monitor-command", ["command-line": .string(cmd)])
            return reply.string ?? ""
        }
        guard let request = try? JSONValue(parsing: cmd), let name = request["execute"]?.string else {
            throw VirtError(.invalidArg, "the command is no JSON object with 'execute': \(cmd)", from: .qemu)
        }
        let reply = try await ask(name, request["arguments"]?.object)
        let document: JSONValue = ["return": reply, "id": "libvirt-1"]
        return document.description
    }
}
