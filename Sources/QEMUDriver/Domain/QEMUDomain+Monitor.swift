import DriverKit
import JSON
import LinuxSystem
import QMP
import Virt
import VirtDriver

extension QEMUDomain {
    func monitorCommand(cmd: String, flags: DomainQemuMonitorCommandFlags) async throws(VirtError) -> String {
        try await monitorCommandWithFiles(cmd: cmd, flags: flags, files: []).0
    }

    /// Has QEMU execute a command of the user's, in JSON or as a person types it, and gives the reply as it came.
    func monitorCommandWithFiles(
        cmd: String, flags: DomainQemuMonitorCommandFlags, files: [Descriptor]
    ) async throws(VirtError) -> (String, [Descriptor]) {
        try flags.require(.hmp, in: "qemuDomainQemuMonitorCommandWithFiles", from: .qemu)
        try requireGuest()
        return try await withJob(.modify, "qemu-monitor-command") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            if flags.contains(.hmp) {
                let line: JSONObject = ["command-line": .string(cmd)]
                let reply = try await domain.ask("human-monitor-command", line, descriptors: files)
                return (reply.string ?? "", [])
            }
            guard let request = try? JSONValue(parsing: cmd), request.object != nil else {
                throw VirtError(.internalError, "failed to parse JSON: \(cmd)")
            }
            return (try await domain.reply(to: request, files).description, [])
        }
    }

    /// QEMU's whole reply, be it a refusal.
    private func reply(to request: JSONValue, _ files: [Descriptor]) async throws(VirtError) -> JSONValue {
        guard let name = request["execute"]?.string else {
            throw VirtError(.invalidArg, "the command is no JSON object with 'execute'", from: .qemu)
        }
        if request["id"] != nil {
            throw VirtError(.internalError, "Unable to append command 'id' string", from: .qemu)
        }
        let guest = try requireGuest()
        guard let monitor = guest.monitor else { throw guest.unreachable(snapshot.name) }
        do throws(QMPError) {
            let reply = try await monitor.execute(
                name, request["arguments"]?.object, descriptors: files, timeout: .seconds(60))
            return ["return": reply, "id": "libvirt-1"]
        } catch .refused(_, let kind, let message) {
            return ["id": "libvirt-1", "error": ["class": .string(kind), "desc": .string(message)]]
        } catch {
            throw VirtError(error, command: name)
        }
    }
}
