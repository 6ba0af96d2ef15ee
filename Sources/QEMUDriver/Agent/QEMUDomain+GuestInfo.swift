import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func guestInfo(types: UInt32, flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        try flags.require(in: "qemuDomainGetGuestInfo", from: .qemu)
        let unknown = types & ~Self.allGroups.rawValue
        if unknown != 0 {
            throw VirtError(
                .invalidArg,
                "unsupported guest information types '0x\(String(unknown, radix: 16))'", from: .qemu)
        }
        // Who asks for all is content with what this agent has.
        let isAll = types == 0
        let groups = isAll ? Self.allGroups : DomainGuestInfoTypes(rawValue: types)
        return try await withAgent("guest-info") { (domain: isolated QEMUDomain) async throws(VirtError) in
            var all: [TypedParameter] = []
            for (group, command) in Self.commands where groups.contains(group) {
                let answer: JSONValue
                do throws(AgentError) {
                    answer = try await domain.tried(AgentCommand(command))["return"] ?? .null
                } catch .refused(_, _, isUnknown: true) where isAll {
                    continue
                } catch {
                    throw VirtError(error)
                }
                all += try domain.report(group, answer)
            }
            guard all.count <= GuestReport.most else {
                throw VirtError(
                    .internalError, "the guest's agent tells more than \(GuestReport.most) things",
                    from: .qemu)
            }
            return all
        }
    }

    private static let allGroups: DomainGuestInfoTypes = [
        .users, .os, .timezone, .hostname, .filesystem, .disks, .interfaces, .load,
    ]

    /// What the agent is asked for each group, in libvirt's order.
    private static let commands: [(DomainGuestInfoTypes, String)] = [
        (.users, "guest-get-users"), (.os, "guest-get-osinfo"), (.timezone, "guest-get-timezone"),
        (.hostname, "guest-get-host-name"), (.filesystem, "guest-get-fsinfo"), (.disks, "guest-get-disks"),
        (.interfaces, "guest-network-get-interfaces"), (.load, "guest-get-load"),
    ]

    private func report(
        _ group: DomainGuestInfoTypes, _ answer: JSONValue
    ) throws(VirtError) -> [TypedParameter] {
        let devices = snapshot.live?.devices
        func target(_ disk: GuestDisk) -> String? { devices?.target(in: disk) }
        switch group {
        case .users: return try GuestReport.users(answer)
        case .os: return GuestReport.system(answer)
        case .timezone: return try GuestReport.timezone(answer)
        case .hostname:
            guard let name = answer["host-name"]?.string else { throw .malformed("malformed return value") }
            return [TypedParameter("hostname", .string(name))]
        case .filesystem: return try GuestReport.filesystems(GuestFilesystem.all(in: answer), target: target)
        case .disks: return try GuestReport.disks(answer, target: target)
        case .interfaces: return try GuestReport.interfaces(DomainInterface.all(inAnswer: answer))
        default: return try GuestReport.load(answer)
        }
    }
}
