import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// A return to a snapshot whose disks got images of their own: the domain goes on in new images, on top of those that hold
/// the snapshot's state, so that the snapshot stays what it is.
extension QEMUDomain {
    func revertExternal(
        to target: SnapshotDefinition, _ flags: DomainSnapshotRevertFlags
    ) async throws(VirtError) {
        let name = target.name ?? ""
        let overlays = try await freshOverlays(on: target)
        let saved = try await savedMemory(of: target, on: overlays)
        if let run = guest?.id { try await end(run, .snapshot) }
        var plan = SnapshotPlan(.revertOuter, name, overlays.map(\.top))
        plan.files = overlays.map(\.top.path)
        plan.leftovers = abandonedImages()
        let leftovers = plan.leftovers
        try await planning(plan) { (domain) async throws(VirtError) in
            for overlay in overlays {
                try await ImageTool().make(overlay)
                try await ImageTool().carryBitmaps(domain.bitmapNames, from: overlay.base, to: overlay.top)
            }
            if var definition = target.inactiveDomain ?? target.domain {
                definition.name = domain.snapshot.name
                for overlay in overlays { definition.put(overlay.top) }
                try await domain.replaceDefinition(definition)
            }
            try await domain.noteReturn(to: name, overlays.map(\.top))
            await domain.remove(leftovers)
        }
        if let saved { return try await restart(saved, flags) }
        if !flags.isDisjoint(with: [.running, .paused]), let definition = snapshot.persistent {
            try await restart(definition, loading: nil, flags)
        }
    }

    /// Notes in the snapshot's record on what images the domain goes on, and that no other record's do so any more.
    func noteReturn(to name: String, _ tops: [SnapshotImage]) async throws(VirtError) {
        guard var target = snapshot.snapshots[name] else { return }
        target.revertDisks = target.disks.map { disk in
            var revert = disk
            if let top = tops.first(where: { $0.disk.hasSameBytes(as: disk.name) }) {
                (revert.snapshot, revert.format, revert.source) = (.external, top.format, top.source)
            }
            return revert
        }
        try await keep(target, isCurrent: true)
        for var other in snapshot.snapshots.all where !other.revertDisks.isEmpty {
            if other.name?.hasSameBytes(as: name) == true { continue }
            let isUsed = other.revertDisks.contains { disk in
                guard let path = disk.source?.path else { return false }
                return isOnTop(path) || !snapshots(in: path).isEmpty
            }
            if isUsed { continue }
            other.revertDisks = []
            try await keep(other, isCurrent: false)
        }
    }

    /// New images on top of those that hold the snapshot's state. Their names end with the time, and where those are taken
    /// with a number behind it.
    private func freshOverlays(on target: SnapshotDefinition) async throws(VirtError) -> [ImageOverlay] {
        var bases: [SnapshotImage] = []
        for disk in target.externalDisks {
            guard let own = target.domain?.disk(called: disk.name), let base = SnapshotImage(own) else {
                throw VirtError(
                    .configUnsupported, "disk '\(disk.name)' of the snapshot has no image on this host",
                    from: .qemu)
            }
            bases.append(base)
        }
        let (found, time) = (bases, CalendarTime.now.seconds)
        let result = await Blocking.run { () -> Result<[ImageOverlay], VirtError> in
            for base in found where !FileSystem.exists(base.path) {
                return .failure(
                    VirtError(
                        .operationFailed,
                        "the image '\(base.path)' of disk '\(base.disk)', which holds the snapshot's state, is missing",
                        from: .qemu))
            }
            var number = 1
            while true {
                let ending = number == 1 ? "\(time)" : "\(time)-\(number)"
                let paths = found.map { SnapshotDefinition.name(beside: $0.path, ending: ending) }
                if !paths.contains(where: FileSystem.exists),
                    Set(paths.map { ByteName($0) }).count == paths.count
                {
                    let overlays = zip(found, paths).map { base, path in
                        ImageOverlay(
                            top: SnapshotImage(disk: base.disk, path: path, format: .qcow2), base: base)
                    }
                    return .success(overlays)
                }
                number += 1
                if number > 10_000 {
                    return .failure(
                        VirtError(.operationFailed, "no name is free for the new images", from: .qemu))
                }
            }
        }
        return try result.get()
    }

    /// The images that the domain has only because it returned to a snapshot once, and that hold no snapshot's state.
    private func abandonedImages() -> [String] {
        snapshot.snapshots.all.flatMap(\.revertDisks).compactMap { $0.source?.path }.filter {
            isOnTop($0) && snapshots(in: $0).isEmpty
        }
    }
}

extension DomainDefinition {
    /// Has a disk have another image.
    mutating func put(_ image: SnapshotImage) {
        for index in devices.disks.indices
        where devices.disks[index].target.dev.hasSameBytes(as: image.disk) {
            devices.disks[index].source = image.source
            devices.disks[index].driver.format = image.format
            devices.disks[index].backingStore = nil
        }
    }
}
