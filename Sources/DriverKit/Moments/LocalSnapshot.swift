import ByteText
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// One snapshot of a local driver's domain, by its name.
public struct LocalSnapshot<Domain: LocalDomain>: DomainSnapshotOperations {
    let domain: Domain
    let name: String

    public init(domain: Domain, name: String) { (self.domain, self.name) = (domain, name) }

    public func xmlDesc(flags: DomainSnapshotXMLFlags) async throws(VirtError) -> String {
        try Domain.driver.require(flags, .secure, in: "DomainSnapshotGetXMLDesc")
        var definition = try domain.snapshot(named: name)
        definition.active = nil
        return try definition.text(flags.contains(.secure) ? [.inactive, .secure] : .inactive)
    }

    public func parent(flags: UInt32) async throws(VirtError) -> DomainSnapshotReference {
        try Domain.driver.require(flags, in: "DomainSnapshotGetParent")
        _ = try domain.snapshot(named: name)
        let now = try domain.existing()
        guard let parent = now.snapshots.parent(of: name) else {
            throw Domain.noParent(SnapshotDefinition.self, of: name)
        }
        return DomainSnapshotReference(name: parent, domain: now.reference)
    }

    // MARK: Children

    public func numChildren(flags: DomainSnapshotListFlags) async throws(VirtError) -> Int32 {
        Int32(clamping: try children(flags, "DomainSnapshotNumChildren").count)
    }

    public func listChildrenNames(flags: DomainSnapshotListFlags) async throws(VirtError) -> [String] {
        try children(flags, "DomainSnapshotListChildrenNames")
    }

    public func listAllChildren(
        flags: DomainSnapshotListFlags
    ) async throws(VirtError) -> [DomainSnapshotReference] {
        let reference = try domain.existing().reference
        return try children(flags, "DomainSnapshotListAllChildren").map {
            DomainSnapshotReference(name: $0, domain: reference)
        }
    }

    private func children(
        _ flags: DomainSnapshotListFlags, _ function: String
    ) throws(VirtError) -> [String] {
        _ = try domain.snapshot(named: name)
        return try domain.snapshotNames(name, flags, function)
    }

    // MARK: What it is

    public func isCurrent(flags: UInt32) async throws(VirtError) -> Bool {
        try Domain.driver.require(flags, in: "DomainSnapshotIsCurrent")
        _ = try domain.snapshot(named: name)
        return try domain.existing().snapshots.current?.hasSameBytes(as: name) == true
    }

    public func hasMetadata(flags: UInt32) async throws(VirtError) -> Bool {
        try Domain.driver.require(flags, in: "DomainSnapshotHasMetadata")
        _ = try domain.snapshot(named: name)
        return true
    }

    // MARK: Changes

    public func domainRevertToSnapshot(flags: DomainSnapshotRevertFlags) async throws(VirtError) {
        try await domain.revert(to: name, flags)
    }

    public func delete(flags: DomainSnapshotDeleteFlags) async throws(VirtError) {
        try await domain.deleteSnapshots(name, flags)
    }
}
