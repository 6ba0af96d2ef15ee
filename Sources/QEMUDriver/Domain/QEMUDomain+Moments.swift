import DriverKit
import Virt
import VirtDriver

/// What the driver doesn't keep yet: there are no snapshots and checkpoints, and nothing to tell of a
/// domain. Flags that choose among them choose among none.
extension QEMUDomain {
    nonisolated func hasCurrentSnapshot(flags: UInt32) async throws(VirtError) -> Int32 {
        try flags.require(in: "qemuDomainHasCurrentSnapshot", from: .qemu)
        return 0
    }

    nonisolated func snapshotNum(flags: DomainSnapshotListFlags) async throws(VirtError) -> Int32 {
        try flags.require(.filters, in: "qemuDomainSnapshotNum", from: .qemu)
        return 0
    }

    nonisolated func snapshotListNames(flags: DomainSnapshotListFlags) async throws(VirtError) -> [String] {
        try flags.require(.filters, in: "qemuDomainSnapshotListNames", from: .qemu)
        return []
    }

    nonisolated func listAllSnapshots(
        flags: DomainSnapshotListFlags
    ) async throws(VirtError) -> [DomainSnapshotReference] {
        try flags.require(.filters, in: "qemuDomainListAllSnapshots", from: .qemu)
        return []
    }

    nonisolated func listAllCheckpoints(
        flags: DomainCheckpointListFlags
    ) async throws(VirtError) -> [DomainCheckpointReference] {
        try flags.require(.filters, in: "qemuDomainListAllCheckpoints", from: .qemu)
        return []
    }

    nonisolated func messages(flags: DomainMessageType) async throws(VirtError) -> [String] {
        try flags.require([.deprecation, .tainting, .ioerrors], in: "qemuDomainGetMessages", from: .qemu)
        return []
    }
}

extension DomainSnapshotListFlags {
    fileprivate static var filters: Self {
        [
            .roots, .descendants, .leaves, .noLeaves, .metadata, .noMetadata, .inactive, .active, .diskOnly,
            .`internal`, .external, .topological,
        ]
    }
}

extension DomainCheckpointListFlags {
    fileprivate static var filters: Self { [.roots, .descendants, .topological, .leaves, .noLeaves] }
}
