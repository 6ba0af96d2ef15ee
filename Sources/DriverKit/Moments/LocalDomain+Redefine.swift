import ByteText
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// Snapshots and checkpoints whose records come from a client, since they were taken elsewhere or are to be changed.
extension LocalDomain {
    func redefineSnapshot(
        _ given: SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) -> String {
        var new = given
        new.active = nil
        let name = try new.requireWhole()
        if Self.momentRules.namesAreFiles {
            try SnapshotDefinition.kind.check(name: name, from: Self.driver.origin)
        }
        let tree = snapshot.snapshots
        try requireOwn(new.domain?.uuid, of: name, SnapshotDefinition.self)
        let isDiskOnly = new.state == "disk-snapshot"
        if flags.contains(.diskOnly), !isDiskOnly {
            throw VirtError(
                .invalidArg, "disk-only flag for snapshot \(name) requires disk-snapshot state",
                from: .domainSnapshot)
        }
        try requirePlace(name, on: new.parent, in: tree)
        if let former = tree[name] { try new.requireSameSort(as: former) }
        let isOff = new.state == "shutoff" || isDiskOnly
        if new.memory == nil {
            new.memory = SnapshotDefinition.Memory()
            new.memory?.snapshot = isOff ? .no : .internal
        }
        let isExternal = isDiskOnly || new.memory?.snapshot == .external
        guard var domain = new.domain else { return name }
        try await host.complete(&domain)
        new.domain = domain
        do throws(XMLError) {
            try new.alignDisks(
                with: domain, default: isExternal ? .external : .internal, isUniform: false)
        } catch {
            throw VirtError(document: error, from: .domainSnapshot)
        }
        try await keep(new, isCurrent: flags.contains(.current))
        return name
    }

    func redefineCheckpoint(
        _ given: CheckpointDefinition, _ flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) -> String {
        var new = given
        guard let name = new.name, !name.isEmpty else {
            throw VirtError(.xmlError, "a redefined checkpoint must have a name", from: .domainCheckpoint)
        }
        guard new.creationTime != nil else {
            throw VirtError(
                .internalError, "missing creationTime from existing checkpoint", from: .domainCheckpoint)
        }
        if Self.momentRules.namesAreFiles {
            try CheckpointDefinition.kind.check(name: name, from: Self.driver.origin)
        }
        let now = snapshot
        try requireOwn(new.domain?.uuid, of: name, CheckpointDefinition.self)
        try requirePlace(name, on: new.parent, in: now.checkpoints)
        if flags.contains(.redefineValidate) { try await validate(new) }
        let domain = new.domain ?? now.definition
        do throws(XMLError) { try new.fillDefaults(now: 0, domain: domain) } catch {
            throw VirtError(document: error, from: .domainCheckpoint)
        }
        new.domain = domain
        try await keep(new)
        return name
    }

    /// Refuses the record of another domain.
    private func requireOwn<Definition: Moment>(
        _ uuid: UUID?, of name: String, _ kind: Definition.Type
    ) throws(VirtError) {
        guard let uuid, uuid != snapshot.uuid else { return }
        throw VirtError(
            .invalidArg,
            "definition for \(Definition.kind.noun) \(name) must use uuid \(snapshot.uuid)",
            from: Definition.kind.origin)
    }

    /// Refuses a place among the others that isn't there, or that would have no end.
    private func requirePlace<Definition: Moment>(
        _ name: String, on parent: String?, in tree: MomentTree<Definition>
    ) throws(VirtError) {
        func refused(_ why: String) -> VirtError { VirtError(.invalidArg, why, from: .domain) }
        guard let parent else { return }
        if parent.hasSameBytes(as: name) {
            throw refused("cannot set moment \(name) as its own parent")
        }
        if tree[parent] == nil { throw refused("parent \(parent) for moment \(name) not found") }
        if tree.isDescendant(parent, of: name) {
            throw refused("parent \(parent) would create cycle to \(name)")
        }
    }
}

extension SnapshotDefinition {
    /// The states that a domain can have been in.
    private static let states: Set<String> = [
        "nostate", "running", "blocked", "paused", "shutdown", "shutoff", "crashed", "pmsuspended",
        "disk-snapshot",
    ]

    /// The name of a record; throws where something is missing that a record needs.
    fileprivate func requireWhole() throws(VirtError) -> String {
        func fault(_ code: ErrorNumber, _ message: String) -> VirtError {
            VirtError(code, message, from: .domainSnapshot)
        }
        guard let name, !name.isEmpty else {
            throw fault(.xmlError, "a redefined snapshot must have a name")
        }
        guard creationTime != nil else {
            throw fault(.internalError, "missing creationTime from existing snapshot")
        }
        guard let state else { throw fault(.xmlError, "missing state from existing snapshot") }
        guard Self.states.contains(state) else {
            throw fault(.configUnsupported, "Invalid state '\(state)' in domain snapshot XML")
        }
        guard domain != nil else { throw fault(.internalError, "missing domain in snapshot") }
        if let file = memory?.file, !file.hasBytePrefix("/") { throw Self.relative(file) }
        return name
    }

    static func relative(_ file: String) -> VirtError {
        VirtError(
            .xmlError, "memory snapshot file path (\(file)) must be absolute", from: .domainSnapshot)
    }

    /// Refuses to make another sort of snapshot of one that there is.
    fileprivate func requireSameSort(as former: SnapshotDefinition) throws(VirtError) {
        func refused(_ what: String) -> VirtError {
            VirtError(
                .invalidArg, "cannot change between \(what) in snapshot \(name ?? "")", from: .domainSnapshot)
        }
        if (state == "disk-snapshot") != (former.state == "disk-snapshot") {
            throw refused("disk only and full system")
        }
        let isOnline = state == "running" || state == "paused"
        if isOnline != (former.state == "running" || former.state == "paused") {
            throw refused("online and offline snapshot state")
        }
    }
}
