import Virt

/// What differs between drivers in their snapshots and checkpoints.
public struct MomentRules: Sendable {
    /// What the calls that change something are called in the driver, behind its own name.
    public var createSnapshot = "DomainSnapshotCreateXML"
    public var revertSnapshot = "DomainRevertToSnapshot"
    public var deleteSnapshot = "DomainSnapshotDelete"
    public var createCheckpoint = "DomainCheckpointCreateXML"
    public var showCheckpoint = "DomainCheckpointGetXMLDesc"
    public var deleteCheckpoint = "DomainCheckpointDelete"
    /// The flags that the driver knows.
    public var createFlags: DomainSnapshotCreateFlags = []
    public var revertFlags: DomainSnapshotRevertFlags = []
    public var deleteFlags: DomainSnapshotDeleteFlags = []
    public var createCheckpointFlags: DomainCheckpointCreateFlags = []
    /// Whether names must be possible as those of files.
    public var namesAreFiles = true
    /// Whether a domain that doesn't run can't be undefined while it has checkpoints.
    public var checkpointsHoldDomain = true

    /// Whether a domain can't have snapshots and checkpoints at the same time.
    public var keepsKindsApart = true

    public init() {}
}
