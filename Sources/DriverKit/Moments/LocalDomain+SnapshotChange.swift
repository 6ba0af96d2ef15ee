import ByteText
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// Snapshots that are made, returned to and deleted: what all drivers do alike. What a driver's guests and images need is
/// its own `takeSnapshot`, `carryOutRevert` and `discard`.
extension LocalDomain {
    public func snapshotCreateXML(
        xml: String, flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) -> DomainSnapshotReference {
        try flags.requireSense()
        let rules = Self.momentRules
        try Self.driver.require(flags, rules.createFlags, in: rules.createSnapshot)
        try Self.checkSnapshotFlags(flags)
        _ = try existing()
        try await DocumentSchema.domainSnapshot.check(xml, if: flags.contains(.validate))
        let given = try SnapshotDefinition(document: xml, [.inactive, .secure], from: .domainSnapshot)
        let name = try await withJob(.modify, "snapshot") {
            (domain: isolated Self) async throws(VirtError) in
            _ = try domain.existing()
            if rules.keepsKindsApart, !domain.snapshot.checkpoints.isEmpty {
                throw Self.driver.error(
                    .operationUnsupported, "cannot create snapshot while checkpoint exists")
            }
            return flags.contains(.redefine)
                ? try await domain.redefineSnapshot(given, flags)
                : try await domain.createSnapshot(given, flags)
        }
        return DomainSnapshotReference(name: name, domain: snapshot.reference)
    }

    private func createSnapshot(
        _ given: SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) -> String {
        let now = snapshot
        var new = SnapshotDefinition()
        (new.name, new.description, new.memory, new.disks) =
            (given.name == "" ? nil : given.name, given.description, given.memory, given.disks)
        new.creationTime = Int64(clamping: CalendarTime.now.seconds)
        new.fillDefaults(now: Int64(clamping: CalendarTime.now.seconds))
        let name = new.name ?? ""
        if Self.momentRules.namesAreFiles {
            try SnapshotDefinition.kind.check(name: name, from: Self.driver.origin)
        }
        if now.snapshots[name] != nil { throw Self.momentExists(name) }
        new.parent = now.snapshots.current
        if let file = new.memory?.file, !file.hasBytePrefix("/") { throw SnapshotDefinition.relative(file) }
        try await takeSnapshot(&new, flags)
        if flags.contains(.halt) { await forgetIfEmpty() }
        return name
    }

    static func momentExists(_ name: String) -> VirtError {
        VirtError(.operationFailed, "domain moment \(name) already exists", from: .domain)
    }

    // MARK: Records

    /// Keeps a snapshot, on disk first.
    public func keep(_ new: SnapshotDefinition, isCurrent: Bool) async throws(VirtError) {
        guard let name = new.name else { return }
        let former = snapshot.snapshots.current
        var kept = new
        kept.isMarkedCurrent = isCurrent || former?.hasSameBytes(as: name) == true
        try await save([kept])
        publish {
            $0.snapshots.put(kept)
            if isCurrent { $0.snapshots.setCurrent(name) }
        }
        if isCurrent, let former, !former.hasSameBytes(as: name) { try await unmark(former) }
    }

    /// Makes a snapshot the one that the domain's state stands on.
    public func setCurrentSnapshot(_ name: String?) async throws(VirtError) {
        let former = snapshot.snapshots.current
        if let name, var new = snapshot.snapshots[name] {
            new.isMarkedCurrent = true
            let marked = new
            try await save([marked])
            publish {
                $0.snapshots.put(marked)
                $0.snapshots.setCurrent(name)
            }
            if former?.hasSameBytes(as: name) == true { return }
        } else {
            publish { $0.snapshots.setCurrent(nil) }
        }
        if let former { try await unmark(former) }
    }

    /// Another snapshot is the current one by now.
    private func unmark(_ name: String) async throws(VirtError) {
        guard var former = snapshot.snapshots[name] else { return }
        former.isMarkedCurrent = false
        let unmarked = former
        try await save([unmarked])
        publish { $0.snapshots.put(unmarked) }
    }

    /// Writes snapshots' records.
    private func save(_ changed: [SnapshotDefinition]) async throws(VirtError) {
        guard let store = host.moments?.snapshots else { return }
        let name = snapshot.name
        try await Blocking.run { () throws(VirtError) in
            for moment in changed { try store.save(moment, of: name) }
        }
    }

    /// Forgets a snapshot; those that stood on it stand on what it stood on.
    public func forgetSnapshot(_ name: String) async throws(VirtError) {
        let wasCurrent = snapshot.snapshots.current?.hasSameBytes(as: name) == true
        var tree = snapshot.snapshots
        var changed = tree.remove(name)
        if wasCurrent, let current = tree.current, var parent = tree[current] {
            parent.isMarkedCurrent = true
            tree.put(parent)
            changed.append(parent)
        }
        // A record whose parent is gone is one that stands on none, so the children's come first.
        try await save(changed)
        if let store = host.moments?.snapshots {
            let domain = snapshot.name
            try await Blocking.run { () throws(VirtError) in try store.remove(name, of: domain) }
        }
        let left = tree
        publish { $0.snapshots = left }
    }

    // MARK: Return and delete

    func revert(to name: String, _ flags: DomainSnapshotRevertFlags) async throws(VirtError) {
        try flags.requireSense()
        let rules = Self.momentRules
        try Self.driver.require(flags, rules.revertFlags, in: rules.revertSnapshot)
        try await withJob(.modify, "snapshot revert") { (domain: isolated Self) async throws(VirtError) in
            let target = try domain.snapshot(named: name)
            try await domain.carryOutRevert(to: target, flags)
        }
        if !snapshot.isPersistent { await forgetSoon() }
    }

    func deleteSnapshots(_ name: String, _ flags: DomainSnapshotDeleteFlags) async throws(VirtError) {
        try flags.requireSense()
        let rules = Self.momentRules
        try Self.driver.require(flags, rules.deleteFlags, in: rules.deleteSnapshot)
        try await withJob(.modify, "snapshot delete") { (domain: isolated Self) async throws(VirtError) in
            _ = try domain.snapshot(named: name)
            let below = domain.snapshot.snapshots.descendants(of: name)
            let doomed: [String] =
                if flags.contains(.childrenOnly) {
                    below
                } else if flags.contains(.children) {
                    [name] + below
                } else {
                    [name]
                }
            // Those that others stand on come last.
            let order = Array(doomed.reversed())
            if !flags.contains(.metadataOnly) { try await domain.requireDiscardable(order, flags) }
            let hadCurrent = domain.snapshot.snapshots.current
            for doomed in order {
                guard let moment = domain.snapshot.snapshots[doomed] else { continue }
                if flags.contains(.metadataOnly) {
                    try await domain.forgetSnapshot(doomed)
                } else {
                    try await domain.discard(moment)
                }
            }
            // Where all above it are gone, the one whose children were deleted is the current one.
            if flags.contains(.childrenOnly), let hadCurrent, domain.snapshot.snapshots[hadCurrent] == nil {
                try await domain.setCurrentSnapshot(name)
            }
        }
    }
}
