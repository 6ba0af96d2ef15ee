import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    func carryOutRevert(
        to target: SnapshotDefinition, _ flags: DomainSnapshotRevertFlags
    ) async throws(VirtError) {
        if let guest, guest.phase == .unseen { throw guest.unseen(snapshot.name) }
        try requireNoBackup("snapshot revert")
        guard let definition = target.domain else {
            throw VirtError(
                .snapshotRevertRisky,
                "snapshot '\(target.name ?? "")' lacks domain '\(snapshot.name)' rollback info", from: .qemu)
        }
        let bootsAnew = target.state == "shutoff" || target.state == "disk-snapshot"
        if !snapshot.isPersistent, bootsAnew, flags.isDisjoint(with: [.running, .paused]) {
            throw VirtError(
                .operationInvalid,
                "transient domain needs to request run or pause to revert to inactive snapshot", from: .qemu)
        }
        if target.isExternal {
            try await revertExternal(to: target, flags)
        } else {
            try await revertInternal(to: target, definition, flags)
        }
        if snapshot.isPersistent {
            publish([lifecycle(.defined, DomainEventDefinedDetailType.fromSnapshot.rawValue)]) { _ in }
        }
    }

    private func revertInternal(
        to target: SnapshotDefinition, _ definition: DomainDefinition, _ flags: DomainSnapshotRevertFlags
    ) async throws(VirtError) {
        let images = try innerImages(of: target, in: definition)
        try requireUnshared(images, by: target)
        let graph = await imageGraph()
        for image in images { try graph.requireOwn(image.path) }
        for image in images where try await ImageTool().number(of: target.name ?? "", in: image) == nil {
            throw image.lacks(target.name ?? "")
        }
        if let run = guest?.id { try await end(run, .snapshot) }
        let wasActive = target.state != "shutoff"
        if wasActive {
            for image in images { try await ImageTool().removeBitmaps(from: image) }
            try await adopt(target)
            try await restart(definition, loading: target, flags)
        } else {
            try await planning(SnapshotPlan(.revertInner, target.name ?? "", images)) {
                (domain) async throws(VirtError) in
                try await domain.returnImages(to: target, images)
                try await domain.adopt(target)
            }
            if !flags.isDisjoint(with: [.running, .paused]) {
                try await restart(definition, loading: nil, flags)
            }
        }
    }

    /// Has images be as they were when a snapshot was taken within them.
    func returnImages(to target: SnapshotDefinition, _ images: [SnapshotImage]) async throws(VirtError) {
        for image in images {
            // QEMU returns to nothing in an image that has bitmaps, which wouldn't tell what that changes.
            try await ImageTool().removeBitmaps(from: image)
            try await ImageTool().apply(target.name ?? "", in: image)
        }
    }

    /// Makes the domain's definition what it was, and the snapshot the current one.
    func adopt(_ target: SnapshotDefinition) async throws(VirtError) {
        if snapshot.isPersistent, var definition = target.inactiveDomain ?? target.domain {
            // It may have been renamed since.
            definition.name = snapshot.name
            try await replaceDefinition(definition)
        }
        try await setCurrentSnapshot(target.name)
    }

    /// Starts the domain as it was, with its memory where a snapshot has that.
    func restart(
        _ definition: DomainDefinition, loading target: SnapshotDefinition?,
        _ flags: DomainSnapshotRevertFlags
    ) async throws(VirtError) {
        var definition = definition
        definition.name = snapshot.name
        let isPaused =
            flags.contains(.paused) || (target?.state == "paused" && !flags.contains(.running))
        var start: DomainCreateFlags = isPaused ? .startPaused : []
        if flags.contains(.resetNvram) { start.insert(.startResetNvram) }
        loading = LoadedSnapshot(snapshot: target)
        defer { loading = nil }
        _ = try await self.start(definition, start)
    }

    /// Refuses to overwrite an image that holds the state of another snapshot.
    private func requireUnshared(
        _ images: [SnapshotImage], by target: SnapshotDefinition
    ) throws(VirtError) {
        for other in snapshot.snapshots.all where other.isExternal {
            for disk in other.externalDisks {
                guard let path = other.domain?.disk(called: disk.name)?.source.path,
                    images.contains(where: { $0.path.hasSameBytes(as: path) })
                else { continue }
                throw VirtError(
                    .operationUnsupported,
                    "snapshot '\(other.name ?? "")' has its state in '\(path)', which a return to "
                        + "'\(target.name ?? "")' would overwrite: delete it first", from: .qemu)
            }
        }
    }
}

/// What a start that returns to a snapshot begins with.
struct LoadedSnapshot: Sendable {
    /// The snapshot whose memory is loaded; nil where the guest boots.
    let snapshot: SnapshotDefinition?
}
