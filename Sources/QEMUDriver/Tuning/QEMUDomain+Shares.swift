import DriverKit
import Virt
import VirtDriver
import VirtXML

/// What a guest may have of its host. It is kept in the definition alone: guests are put into no control groups, which could
/// hold them to it.
extension QEMUDomain {
    nonisolated func requireTuning(of kind: TuningKind) throws(VirtError) {
        let reason =
            switch kind {
            case .scheduler: "cgroup CPU controller is not mounted"
            case .memory: "cgroup memory controller is not mounted"
            case .disks: "blkio cgroup isn't mounted"
            case .nodes: "cgroup cpuset controller is not mounted"
            case .perf: "perf events of a running guest can't be counted: use --config"
            }
        throw VirtError(.operationInvalid, reason, from: .qemu)
    }

    nonisolated func schedulerType() async throws(VirtError) -> DomainSchedulerTypeReply {
        let now = try existing()
        if now.isActive { try requireTuning(of: .scheduler) }
        return DomainSchedulerTypeReply(type: "posix", count: 9)
    }

    nonisolated func schedulerParameters() async throws(VirtError) -> [TypedParameter] {
        try processorShares([])
    }

    nonisolated func schedulerParametersFlags(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [TypedParameter] {
        try processorShares(flags)
    }

    func setSchedulerParameters(parameters: [TypedParameter]) async throws(VirtError) {
        try await setProcessorShares(parameters, [])
    }

    func setSchedulerParametersFlags(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try await setProcessorShares(parameters, flags)
    }

    nonisolated func launchSecurityInfo(flags: UInt32) async throws(VirtError) -> [TypedParameter] {
        try (flags & ~4).require(in: "qemuDomainGetLaunchSecurityInfo", from: .qemu)
        // Nothing asks QEMU yet what a guest whose memory is encrypted was launched with.
        if try existing().definition.launchSecurity != nil {
            throw .notSupported("virDomainGetLaunchSecurityInfo")
        }
        return []
    }

    nonisolated func setLaunchSecurityState(
        parameters: [TypedParameter], flags: UInt32
    ) async throws(VirtError) {
        try flags.require(in: "qemuDomainSetLaunchSecurityState", from: .qemu)
        _ = try existing()
        throw VirtError(
            .operationUnsupported,
            "setting a launch secret is only supported in SEV-enabled domains", from: .qemu)
    }
}
