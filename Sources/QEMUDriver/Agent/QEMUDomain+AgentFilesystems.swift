import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// The guest's file systems, as its agent sees them.
extension QEMUDomain {
    func fsFreeze(mountpoints: [String], flags: UInt32) async throws(VirtError) -> Int32 {
        try flags.require(in: "qemuDomainFSFreeze", from: .qemu)
        if mountpoints.isEmpty { return try await count(AgentCommand("guest-fsfreeze-freeze")) }
        let points = JSONValue.array(mountpoints.map { .string($0) })
        return try await count(AgentCommand("guest-fsfreeze-freeze-list", ["mountpoints": points]))
    }

    func fsThaw(mountpoints: [String], flags: UInt32) async throws(VirtError) -> Int32 {
        try flags.require(in: "qemuDomainFSThaw", from: .qemu)
        if !mountpoints.isEmpty {
            throw VirtError(
                .argumentUnsupported, "specifying mountpoints is not supported", from: .qemu)
        }
        return try await count(AgentCommand("guest-fsfreeze-thaw"))
    }

    /// How many file systems a command has changed.
    private func count(_ command: AgentCommand) async throws(VirtError) -> Int32 {
        guard let count = try await askAgent(command).int.flatMap({ Int32(exactly: $0) }) else {
            throw VirtError(.internalError, "malformed return value", from: .qemu)
        }
        return count
    }

    func fsTrim(mountPoint: String?, minimum: UInt64, flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainFSTrim", from: .qemu)
        if mountPoint != nil {
            throw VirtError(
                .argumentUnsupported, "Specifying mount point is not supported for now", from: .qemu)
        }
        try await askAgent(AgentCommand("guest-fstrim", ["minimum": JSONValue(minimum)]))
    }

    func fsInfo(flags: UInt32) async throws(VirtError) -> [DomainFSInfo] {
        try flags.require(in: "qemuDomainGetFSInfo", from: .qemu)
        let systems = try GuestFilesystem.all(in: await askAgent(AgentCommand("guest-get-fsinfo")))
        let devices = snapshot.live?.devices
        return systems.map { system in
            DomainFSInfo(
                mountpoint: system.mountpoint, name: system.name, fstype: system.type,
                devAliases: system.disks.compactMap { disk in devices?.target(in: disk) })
        }
    }
}
