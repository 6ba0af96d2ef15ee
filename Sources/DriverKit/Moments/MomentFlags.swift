import Virt

/// What libvirt's library itself says about flags of snapshots and checkpoints, before any driver is asked.
struct MomentFlags {
    /// The call's name in libvirt: `virDomainSnapshotCreateXML`.
    let function: String
    let origin: ErrorDomain

    /// Refuses two flags that contradict each other.
    func exclude<Flags: OptionSet>(
        _ flags: Flags, _ one: (Flags, String), _ other: (Flags, String)
    ) throws(VirtError) where Flags.Element == Flags {
        guard flags.contains(one.0), flags.contains(other.0) else { return }
        throw .refused(
            function, "ctl", "Flags '\(one.1)' and '\(other.1)' are mutually exclusive", from: origin)
    }

    /// Refuses a flag that means nothing without another.
    func require<Flags: OptionSet>(
        _ flags: Flags, _ wanted: (Flags, String), for flag: (Flags, String)
    ) throws(VirtError) where Flags.Element == Flags {
        guard flags.contains(flag.0), !flags.contains(wanted.0) else { return }
        throw .refused(
            function, "ctl", "Flag '\(wanted.1)' is required by flag '\(flag.1)'", from: origin)
    }
}

extension DomainSnapshotCreateFlags {
    static let redefineName = (Self.redefine, "VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE")

    /// Refuses what contradicts itself whatever the driver.
    func requireSense() throws(VirtError) {
        let rule = MomentFlags(function: "virDomainSnapshotCreateXML", origin: .domainSnapshot)
        try rule.require(
            self, Self.redefineName, for: (.current, "VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT"))
        try rule.exclude(
            self, Self.redefineName, (.noMetadata, "VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA"))
        try rule.exclude(self, Self.redefineName, (.halt, "VIR_DOMAIN_SNAPSHOT_CREATE_HALT"))
    }
}

extension DomainSnapshotDeleteFlags {
    func requireSense() throws(VirtError) {
        try MomentFlags(function: "virDomainSnapshotDelete", origin: .domainSnapshot).exclude(
            self, (.children, "VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN"),
            (.childrenOnly, "VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY"))
    }
}

extension DomainSnapshotRevertFlags {
    func requireSense() throws(VirtError) {
        try MomentFlags(function: "virDomainRevertToSnapshot", origin: .domainSnapshot).exclude(
            self, (.running, "VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING"),
            (.paused, "VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED"))
    }
}

extension DomainCheckpointCreateFlags {
    func requireSense() throws(VirtError) {
        let rule = MomentFlags(function: "virDomainCheckpointCreateXML", origin: .domainCheckpoint)
        let redefine = (Self.redefine, "VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE")
        try rule.require(
            self, redefine, for: (.redefineValidate, "VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE"))
        try rule.exclude(self, redefine, (.quiesce, "VIR_DOMAIN_CHECKPOINT_CREATE_QUIESCE"))
    }
}

extension DomainCheckpointDeleteFlags {
    func requireSense() throws(VirtError) {
        try MomentFlags(function: "virDomainCheckpointDelete", origin: .domainCheckpoint).exclude(
            self, (.children, "VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN"),
            (.childrenOnly, "VIR_DOMAIN_CHECKPOINT_DELETE_CHILDREN_ONLY"))
    }
}
