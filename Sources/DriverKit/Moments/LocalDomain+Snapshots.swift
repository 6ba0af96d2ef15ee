import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// What is asked about a domain's snapshots: answered from what is published, without waiting.
extension LocalDomain {
    public nonisolated func snapshotNum(flags: DomainSnapshotListFlags) async throws(VirtError) -> Int32 {
        Int32(clamping: try snapshotNames(nil, flags, "DomainSnapshotNum").count)
    }

    public nonisolated func snapshotListNames(
        flags: DomainSnapshotListFlags
    ) async throws(VirtError) -> [String] {
        try snapshotNames(nil, flags, "DomainSnapshotListNames")
    }

    public nonisolated func listAllSnapshots(
        flags: DomainSnapshotListFlags
    ) async throws(VirtError) -> [DomainSnapshotReference] {
        let domain = try existing().reference
        return try snapshotNames(nil, flags, "DomainListAllSnapshots").map {
            DomainSnapshotReference(name: $0, domain: domain)
        }
    }

    /// The snapshots that flags choose, of the domain or of those on one of them.
    nonisolated func snapshotNames(
        _ name: String?, _ flags: DomainSnapshotListFlags, _ function: String
    ) throws(VirtError) -> [String] {
        try Self.driver.require(flags.rawValue, SnapshotDefinition.listFlags, in: function)
        return try existing().snapshots.list(from: name, flags.rawValue)
    }

    public nonisolated func snapshotLookupByName(
        name: String, flags: UInt32
    ) async throws(VirtError) -> DomainSnapshotReference {
        try Self.driver.require(flags, in: "DomainSnapshotLookupByName")
        let now = try existing()
        _ = try snapshot(named: name)
        return DomainSnapshotReference(name: name, domain: now.reference)
    }

    public nonisolated func hasCurrentSnapshot(flags: UInt32) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, in: "DomainHasCurrentSnapshot")
        return try existing().snapshots.current == nil ? 0 : 1
    }

    public nonisolated func snapshotCurrent(
        flags: UInt32
    ) async throws(VirtError) -> DomainSnapshotReference {
        try Self.driver.require(flags, in: "DomainSnapshotCurrent")
        let now = try existing()
        guard let name = now.snapshots.current else {
            throw Self.driver.error(.noDomainSnapshot, "the domain does not have a current snapshot")
        }
        return DomainSnapshotReference(name: name, domain: now.reference)
    }

    /// A snapshot of the domain; throws `noDomainSnapshot`.
    public nonisolated func snapshot(named name: String) throws(VirtError) -> SnapshotDefinition {
        try Self.found(try existing().snapshots[name], name)
    }

    /// A checkpoint of the domain; throws `noDomainCheckpoint`.
    public nonisolated func checkpoint(named name: String) throws(VirtError) -> CheckpointDefinition {
        try Self.found(try existing().checkpoints[name], name)
    }

    private static func found<Definition: Moment>(
        _ moment: Definition?, _ name: String
    ) throws(VirtError) -> Definition {
        if let moment { return moment }
        let kind = Definition.kind
        throw driver.error(kind.missing, "no domain \(kind.noun) with matching name '\(name)'")
    }

    /// That a moment stands on none.
    static func noParent<Definition: Moment>(_ kind: Definition.Type, of name: String) -> VirtError {
        driver.error(Definition.kind.missing, "\(Definition.kind.noun) '\(name)' does not have a parent")
    }
}
