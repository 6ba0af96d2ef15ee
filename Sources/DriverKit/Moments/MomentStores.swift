import LinuxSystem
import Virt
import VirtXML

/// Where a driver keeps the records of its domains' snapshots and checkpoints.
public struct MomentStores: Sendable {
    public let snapshots: MomentStore<SnapshotDefinition>
    public let checkpoints: MomentStore<CheckpointDefinition>

    /// - Parameter library: the driver's folder of what must not be lost.
    public init(library: String, origin: ErrorDomain) {
        snapshots = MomentStore(folder: library + "/snapshot", origin: origin)
        checkpoints = MomentStore(folder: library + "/checkpoint", origin: origin)
    }

    /// Removes all records of a domain; may wait.
    public func removeAll(of domain: String) throws(VirtError) {
        try snapshots.removeAll(of: domain)
        try checkpoints.removeAll(of: domain)
    }

    /// Has the records follow a domain to its new name; may wait.
    public func rename(_ old: String, to new: String) throws(VirtError) {
        try snapshots.rename(old, to: new)
        try checkpoints.rename(old, to: new)
    }
}
