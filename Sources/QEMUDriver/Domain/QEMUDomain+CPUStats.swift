import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    /// The time of the host's processors that QEMU has had; which of them it was nobody counts.
    nonisolated func cpuStats(
        nparams: UInt32, startCPU: Int32, ncpus: UInt32, flags: UInt32
    ) async throws(VirtError) -> DomainCPUStatsReply {
        // Clients say that they would understand strings (4); there are none.
        try (flags & ~4).require(in: "qemuDomainGetCPUStats", from: .qemu)
        let now = try existingActive()
        guard startCPU == -1 else {
            // Without a count it is asked how many processors there are.
            if ncpus == 0 {
                return DomainCPUStatsReply(nparams: Int32(clamping: (HostCPUs.online.members.last ?? 0) + 1))
            }
            throw VirtError(
                .operationUnsupported,
                "operation 'getCpuacctPercpuUsage' not supported for backend 'cgroup V2'", from: .cgroup)
        }
        guard let usage = now.run.process.flatMap(ProcessUsage.init) else {
            throw VirtError(.operationFailed, "the times of QEMU's process can't be read", from: .qemu)
        }
        let all = [
            TypedParameter("cpu_time", .ullong(usage.time)), TypedParameter("user_time", .ullong(usage.user)),
            TypedParameter("system_time", .ullong(usage.system)),
        ]
        if nparams == 0 { return DomainCPUStatsReply(nparams: Int32(all.count)) }
        let given = Array(all.prefix(Int(nparams)))
        return DomainCPUStatsReply(parameters: given, nparams: Int32(given.count))
    }
}
