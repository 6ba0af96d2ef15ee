import ByteText
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// A domain's checkpoints.
extension LocalDomain {
    public nonisolated func listAllCheckpoints(
        flags: DomainCheckpointListFlags
    ) async throws(VirtError) -> [DomainCheckpointReference] {
        try checkpoints(on: nil, flags, "DomainListAllCheckpoints")
    }

    nonisolated func checkpoints(
        on name: String?, _ flags: DomainCheckpointListFlags, _ function: String
    ) throws(VirtError) -> [DomainCheckpointReference] {
        try Self.driver.require(flags.rawValue, CheckpointDefinition.listFlags, in: function)
        let now = try existing()
        return now.checkpoints.list(from: name, flags.rawValue).map {
            DomainCheckpointReference(name: $0, domain: now.reference)
        }
    }

    public nonisolated func checkpointLookupByName(
        name: String, flags: UInt32
    ) async throws(VirtError) -> DomainCheckpointReference {
        try Self.driver.require(flags, in: "DomainCheckpointLookupByName")
        let now = try existing()
        _ = try checkpoint(named: name)
        return DomainCheckpointReference(name: name, domain: now.reference)
    }

    public func checkpointCreateXML(
        xml: String, flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) -> DomainCheckpointReference {
        try flags.requireSense()
        let rules = Self.momentRules
        try Self.driver.require(flags, rules.createCheckpointFlags, in: rules.createCheckpoint)
        _ = try existing()
        let isRedefined = flags.contains(.redefine)
        if !isRedefined {
            if rules.keepsKindsApart, !snapshot.snapshots.isEmpty {
                throw Self.driver.error(
                    .operationUnsupported, "cannot create checkpoint while snapshot exists")
            }
            try requireActive("create")
        }
        let given = try CheckpointDefinition(document: xml, [.inactive, .secure], from: .domainCheckpoint)
        let name = try await withJob(.modify, "checkpoint") {
            (domain: isolated Self) async throws(VirtError) in
            _ = try domain.existing()
            return isRedefined
                ? try await domain.redefineCheckpoint(given, flags)
                : try await domain.createCheckpoint(given, flags)
        }
        return DomainCheckpointReference(name: name, domain: snapshot.reference)
    }

    private func createCheckpoint(
        _ given: CheckpointDefinition, _ flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) -> String {
        try requireActive("create")
        var new = try newCheckpoint(given)
        try await takeCheckpoint(&new, flags)
        try await keep(new)
        return new.name ?? ""
    }

    /// A checkpoint that is to be made, with all that was left open filled in. Throws where the domain can't have it.
    public func newCheckpoint(_ given: CheckpointDefinition) throws(VirtError) -> CheckpointDefinition {
        let now = snapshot
        if Self.momentRules.keepsKindsApart, !now.snapshots.isEmpty {
            throw Self.driver.error(.operationUnsupported, "cannot create checkpoint while snapshot exists")
        }
        var new = CheckpointDefinition()
        (new.name, new.description, new.disks) =
            (given.name == "" ? nil : given.name, given.description, given.disks)
        do throws(XMLError) {
            try new.fillDefaults(now: Int64(clamping: CalendarTime.now.seconds), domain: now.definition)
        } catch {
            throw VirtError(document: error, from: .domainCheckpoint)
        }
        let name = new.name ?? ""
        try CheckpointDefinition.kind.check(name: name, from: Self.driver.origin)
        if now.checkpoints[name] != nil { throw Self.momentExists(name) }
        new.parent = now.checkpoints.current
        new.domain = now.definition
        return new
    }

    nonisolated func requireActive(_ verb: String) throws(VirtError) {
        if try existing().isActive { return }
        throw Self.driver.error(.operationUnsupported, "cannot \(verb) checkpoint for inactive domain")
    }

    /// Keeps a checkpoint, on disk first.
    public func keep(_ new: CheckpointDefinition) async throws(VirtError) {
        if let store = host.moments?.checkpoints {
            let domain = snapshot.name
            try await Blocking.run { () throws(VirtError) in try store.save(new, of: domain) }
        }
        publish {
            $0.checkpoints.put(new)
            $0.checkpoints.setCurrent($0.checkpoints.lastInLine)
        }
    }

    /// Forgets a checkpoint.
    public func forgetCheckpoint(_ name: String) async throws(VirtError) {
        var tree = snapshot.checkpoints
        let changed = tree.remove(name)
        tree.setCurrent(tree.lastInLine)
        if let store = host.moments?.checkpoints {
            let domain = snapshot.name
            try await Blocking.run { () throws(VirtError) in
                for moment in changed { try store.save(moment, of: domain) }
                try store.remove(name, of: domain)
            }
        }
        let left = tree
        publish { $0.checkpoints = left }
    }

    func deleteCheckpoints(_ name: String, _ flags: DomainCheckpointDeleteFlags) async throws(VirtError) {
        try flags.requireSense()
        let known: DomainCheckpointDeleteFlags = [.children, .metadataOnly, .childrenOnly]
        try Self.driver.require(flags, known, in: Self.momentRules.deleteCheckpoint)
        try await withJob(.modify, "checkpoint delete") { (domain: isolated Self) async throws(VirtError) in
            let target = try domain.checkpoint(named: name)
            if !flags.contains(.metadataOnly) { try domain.requireActive("delete") }
            let below =
                flags.isDisjoint(with: [.children, .childrenOnly])
                ? []
                : domain.snapshot.checkpoints.descendants(of: name).compactMap {
                    domain.snapshot.checkpoints[$0]
                }
            let doomed = (flags.contains(.childrenOnly) ? [] : [target]) + below
            for checkpoint in doomed.reversed() {
                if !flags.contains(.metadataOnly) { try await domain.discard(checkpoint) }
                try await domain.forgetCheckpoint(checkpoint.name ?? "")
            }
        }
    }
}

extension MomentTree<CheckpointDefinition> {
    /// The one that nothing stands on; the newest, where there are several.
    var lastInLine: String? {
        let index = index()
        return all.reversed().first { index[$0.name.map { ByteName($0) }] == nil }?.name
    }
}

/// One checkpoint of a local driver's domain, by its name.
public struct LocalCheckpoint<Domain: LocalDomain>: DomainCheckpointOperations {
    let domain: Domain
    let name: String

    public init(domain: Domain, name: String) { (self.domain, self.name) = (domain, name) }

    public func xmlDesc(flags: DomainCheckpointXMLFlags) async throws(VirtError) -> String {
        try Domain.driver.require(
            flags, [.secure, .noDomain, .size], in: Domain.momentRules.showCheckpoint)
        var definition = try domain.checkpoint(named: name)
        if flags.contains(.size) { try await domain.measure(&definition) }
        if flags.contains(.noDomain) { definition.domain = nil }
        // Sizes are of what runs, and aren't shown of what doesn't.
        var options: XMLOptions = flags.contains(.size) ? [] : .inactive
        if flags.contains(.secure) { options.insert(.secure) }
        return try definition.text(options, from: .domainCheckpoint)
    }

    public func parent(flags: UInt32) async throws(VirtError) -> DomainCheckpointReference {
        try Domain.driver.require(flags, in: "DomainCheckpointGetParent")
        _ = try domain.checkpoint(named: name)
        let now = try domain.existing()
        guard let parent = now.checkpoints.parent(of: name) else {
            throw Domain.noParent(CheckpointDefinition.self, of: name)
        }
        return DomainCheckpointReference(name: parent, domain: now.reference)
    }

    public func listAllChildren(
        flags: DomainCheckpointListFlags
    ) async throws(VirtError) -> [DomainCheckpointReference] {
        _ = try domain.checkpoint(named: name)
        return try domain.checkpoints(on: name, flags, "DomainCheckpointListAllChildren")
    }

    public func delete(flags: DomainCheckpointDeleteFlags) async throws(VirtError) {
        try await domain.deleteCheckpoints(name, flags)
    }
}
