import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// The processors as the guest's system has them: its agent may let them rest.
extension QEMUDomain {
    func guestVcpus(flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        try flags.require(in: "qemuDomainGetGuestVcpus", from: .qemu)
        let answer = try await askAgent(AgentCommand("guest-get-vcpus"))
        return GuestVCPU.report(try GuestVCPU.all(in: answer))
    }

    func setGuestVcpus(
        cpumap: String, state: Int32, flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require(in: "qemuDomainSetGuestVcpus", from: .qemu)
        guard state == 0 || state == 1 else {
            throw .refused("qemuDomainSetGuestVcpus", "state", "unsupported state value", from: .qemu)
        }
        guard let set = CPUSet(xml: cpumap) else {
            throw VirtError(.invalidArg, "Failed to parse bitmap '\(cpumap)'")
        }
        try await changeGuestVCPUs { (all) throws(VirtError) in
            try GuestVCPU.change(all, set, online: state == 1)
        }
    }

    /// How many the guest's system uses.
    func guestVCPUCount(_ flags: DomainVcpuFlags) async throws(VirtError) -> Int32 {
        guard snapshot.isActive, !flags.contains(.config) else {
            _ = try existing()
            throw VirtError(
                .invalidArg,
                "vCPU count provided by the guest agent can only be requested for live domains", from: .qemu)
        }
        let all = try GuestVCPU.all(in: await askAgent(AgentCommand("guest-get-vcpus")))
        let count = flags.contains(.maximum) ? all.count : all.filter(\.isOnline).count
        return Int32(clamping: count)
    }

    func setGuestProcessors(_ count: UInt32) async throws(VirtError) {
        try await changeGuestVCPUs { (all) throws(VirtError) in
            try GuestVCPU.change(all, toReach: Int(clamping: count))
        }
    }

    /// Has the guest use some processors, or not. The agent may do a part, and is then told of the rest.
    private func changeGuestVCPUs(
        _ choose: @Sendable ([GuestVCPU]) throws(VirtError) -> [GuestVCPU]
    ) async throws(VirtError) {
        try await withAgent("guest-set-vcpus") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let all = try GuestVCPU.all(in: await domain.tell(AgentCommand("guest-get-vcpus")))
            var left = try choose(all)
            while !left.isEmpty {
                let command = AgentCommand("guest-set-vcpus", GuestVCPU.arguments(left))
                let done = try await domain.tell(command).int ?? 0
                guard done > 0, done <= left.count else {
                    throw VirtError(.internalError, "failed to set vCPU state in the guest", from: .qemu)
                }
                left.removeFirst(Int(done))
            }
        }
    }
}
