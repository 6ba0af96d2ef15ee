import DriverKit
import Virt
import VirtXML
import XMLBinding

/// Snapshots and checkpoints of a pretended guest: what it was then is all that there is of them.
extension TestDomain {
    static let momentRules: MomentRules = {
        var rules = MomentRules()
        rules.createFlags = [.redefine, .current, .halt, .quiesce, .atomic, .live, .validate]
        rules.revertFlags = [.running, .paused, .force]
        rules.deleteFlags = [.children, .childrenOnly]
        rules.createCheckpointFlags = [.redefine, .quiesce]
        rules.namesAreFiles = false
        rules.checkpointsHoldDomain = false
        return rules
    }()

    func takeSnapshot(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        let now = snapshot
        new.state = now.state.snapshotWord
        new.domain = now.definition
        var memory = new.memory ?? SnapshotDefinition.Memory()
        if new.memory == nil { memory.snapshot = now.isActive ? .internal : .no }
        new.memory = memory
        let location: DiskDevice.SnapshotLocation = memory.snapshot == .external ? .external : .internal
        do throws(XMLError) {
            try new.alignDisks(with: now.definition, default: location, isUniform: location == .internal)
            // There are no images, so no file can stand beside one.
            try new.nameFiles(of: now.definition, ending: new.name ?? "") { _ in false }
        } catch {
            throw VirtError(document: error, from: .domainSnapshot)
        }
        try await keep(new, isCurrent: true)
        if flags.contains(.halt), now.isActive { await stop(.fromSnapshot) }
    }

    func carryOutRevert(
        to target: SnapshotDefinition, _ flags: DomainSnapshotRevertFlags
    ) async throws(VirtError) {
        guard let definition = target.domain, let name = target.name else {
            throw Self.driver.error(
                .internalError, "snapshot '\(target.name ?? "")' doesn't say what the domain was")
        }
        let wasActive = target.state != "shutoff"
        if snapshot.isActive { await stop(.fromSnapshot) }
        publish { if $0.isPersistent { $0.persistent = target.inactiveDomain ?? definition } }
        if wasActive || !flags.isDisjoint(with: [.running, .paused]) {
            let id = host.domains.nextID()
            become(.running, DomainRunningReason.fromSnapshot.rawValue) { $0.start(definition, as: id) }
            let isPaused = flags.contains(.paused) || (target.state == "paused" && !flags.contains(.running))
            if isPaused { become(.paused, DomainPausedReason.fromSnapshot.rawValue) }
        }
        try await setCurrentSnapshot(name)
    }
}

extension DomainState {
    /// The state as snapshots name it.
    fileprivate var snapshotWord: String {
        switch self {
        case .running: "running"
        case .blocked: "blocked"
        case .paused: "paused"
        case .shutdown: "shutdown"
        case .shutoff: "shutoff"
        case .crashed: "crashed"
        case .pmsuspended: "pmsuspended"
        default: "nostate"
        }
    }
}
