import LinuxSystem
import Virt
import VirtXML

/// Snapshots and checkpoints of domains that come and go.
extension LocalDomain {
    /// Refuses to undefine a domain that doesn't run while it has snapshots or checkpoints that are to stay. Those of one
    /// that runs go with it.
    func requireUndefinable(_ flags: DomainUndefineFlags) throws(VirtError) {
        let now = snapshot
        if now.isActive { return }
        func refused(_ count: Int, _ what: String) -> VirtError {
            Self.driver.error(.operationInvalid, "cannot delete inactive domain with \(count) \(what)")
        }
        if !now.snapshots.isEmpty, !flags.contains(.snapshotsMetadata) {
            throw refused(now.snapshots.count, "snapshots")
        }
        if Self.momentRules.checkpointsHoldDomain, !now.checkpoints.isEmpty,
            !flags.contains(.checkpointsMetadata)
        {
            throw refused(now.checkpoints.count, "checkpoints")
        }
    }

    /// Removes all records of the domain's snapshots and checkpoints.
    func removeMoments() async throws(VirtError) {
        let now = snapshot
        if now.snapshots.isEmpty, now.checkpoints.isEmpty { return }
        if let moments = host.moments {
            try await Blocking.run { () throws(VirtError) in try moments.removeAll(of: now.name) }
        }
        publish { ($0.snapshots, $0.checkpoints) = (MomentTree(), MomentTree()) }
    }

    /// Reads the records of the domain's snapshots and checkpoints; a sentence for each that can't be read.
    public func loadMoments() async -> [String] {
        guard let moments = host.moments else { return [] }
        let name = snapshot.name
        let (snapshots, checkpoints) = await Blocking.run {
            (moments.snapshots.load(name), moments.checkpoints.load(name))
        }
        publish {
            ($0.snapshots, $0.checkpoints) = (snapshots.tree, checkpoints.tree)
            $0.checkpoints.setCurrent($0.checkpoints.lastInLine)
        }
        return snapshots.problems + checkpoints.problems
    }
}
