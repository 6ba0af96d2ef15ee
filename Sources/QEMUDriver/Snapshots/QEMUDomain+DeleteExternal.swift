import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// Snapshots whose disks got images of their own, deleted: what was written since goes into the image that held the
/// snapshot's state, if anything needs it, and the image above is removed.
extension QEMUDomain {
    func discardExternal(_ doomed: SnapshotDefinition, isRecovery: Bool) async throws(VirtError) {
        let name = doomed.name ?? ""
        var (merges, unneeded): ([ImageOverlay], [String]) = ([], [])
        let graph = await imageGraph()
        for disk in doomed.externalDisks {
            let (merge, rest) = try deletion(of: disk, in: doomed, graph, isRecovery: isRecovery)
            if let merge { merges.append(merge) }
            unneeded += rest
        }
        if let file = doomed.memory?.file, doomed.memory?.snapshot == .external { unneeded.append(file) }
        if !isRecovery { for merge in merges { try requireMergeable(merge, for: name) } }
        var plan = SnapshotPlan(.deleteOuter, name, merges.map(\.top))
        plan.leftovers = unneeded + merges.map(\.top.path)
        plan.isLive = guest != nil
        let (changes, leftovers) = (merges, plan.leftovers)
        try await planning(plan, isRecovery: isRecovery) { (domain) async throws(VirtError) in
            for merge in changes {
                if domain.isOpen(merge) {
                    try await domain.mergeLive(merge)
                } else {
                    domain.hasBegunMerge = true
                    try await domain.merge(merge)
                }
                try await domain.moveImages(above: merge)
            }
            for merge in changes { try await domain.moveUsers(of: merge) }
            try await domain.forgetSnapshot(name)
            await domain.remove(leftovers)
        }
    }

    /// What becomes of a disk's images: which is merged into the one below, and which are needed by nobody. Throws where
    /// something else needs what would be lost.
    private func deletion(
        of disk: SnapshotDefinition.Disk, in doomed: SnapshotDefinition, _ graph: ImageGraph, isRecovery: Bool
    ) throws(VirtError) -> (merge: ImageOverlay?, unneeded: [String]) {
        let name = doomed.name ?? ""
        guard let own = doomed.domain?.disk(called: disk.name), let base = SnapshotImage(own) else {
            throw VirtError(
                .configUnsupported, "disk '\(disk.name)' of snapshot '\(name)' has no image on this host",
                from: .qemu)
        }
        let reverted = doomed.revertDisks.first {
            $0.name.hasSameBytes(as: disk.name) && $0.snapshot == .external
        }
        let tops = [disk, reverted].compactMap { $0 }.compactMap { disk in
            disk.source?.path.map {
                SnapshotImage(
                    disk: disk.name, path: $0, format: disk.format ?? .qcow2,
                    isDevice: disk.source?.type == .block)
            }
        }
        try graph.requireOwn(base.path)
        for top in tops { try graph.requireOwn(top.path) }
        var known = Set(tops.map { ByteName($0.path) })
        for top in tops {
            let recorded = snapshots(in: top.path).flatMap { $0.disks + $0.revertDisks }
            let paths = Set(recorded.compactMap { $0.source?.path.map { ByteName($0) } })
            if let other = graph.above(top.path).subtracting(paths).first { throw other.lies(on: top.path) }
            // What lay on an image that is merged already lies on the one below.
            if isRecovery { known.formUnion(paths) }
        }
        if let other = graph.above(base.path).subtracting(known).first { throw other.lies(on: base.path) }
        let needed = tops.filter { isOnTop($0.path) || !snapshots(in: $0.path, but: name).isEmpty }
        let unneeded = tops.filter { top in !needed.contains(top) && !top.isDevice }.map(\.path)
        guard let top = needed.first else { return (nil, unneeded) }
        if needed.count > 1 {
            throw VirtError(
                .configUnsupported,
                "deletion of external disk snapshot with multiple children snapshots not supported",
                from: .qemu)
        }
        if let other = snapshots(in: base.path, but: name).first(where: { $0.isExternal }) {
            throw VirtError(
                .configUnsupported,
                "snapshot '\(other.name ?? "")' has its state in '\(base.path)' too, so that nothing can be merged "
                    + "into it", from: .qemu)
        }
        if let other = snapshots(in: top.path, but: name).first(where: { !$0.isExternal }) {
            throw VirtError(
                .configUnsupported,
                "snapshot '\(other.name ?? "")' is kept within '\(top.path)', which would be merged into the image "
                    + "below: delete it first", from: .qemu)
        }
        return (ImageOverlay(top: top, base: base), unneeded)
    }

    /// Writes what an image holds into the one below. Doing it again changes nothing.
    private func merge(_ merge: ImageOverlay) async throws(VirtError) {
        let top = merge.top
        guard await Blocking.run({ FileSystem.exists(top.path) }) else {
            throw VirtError(
                .operationFailed, "the image '\(top.path)' of disk '\(top.disk)' is missing", from: .qemu)
        }
        try await ImageTool().carryBitmaps(bitmapNames, from: top, to: merge.base)
        try await ImageTool().run(["commit", "-q", "-d", "-b", merge.base.path, "--image-opts", top.options])
    }

    /// What lies on an image that is merged lies on the one below from now on. QEMU notes that itself in images that it has
    /// open.
    private func moveImages(above merge: ImageOverlay) async throws(VirtError) {
        let top = merge.top
        let open = Set(
            (snapshot.live?.disk(called: top.disk)?.chain ?? []).compactMap { $0.path.map { ByteName($0) } })
        for moment in snapshots(in: top.path) {
            for disk in moment.disks + moment.revertDisks
            where disk.snapshot == .external && disk.name.hasSameBytes(as: top.disk) {
                guard let path = disk.source?.path, !open.contains(ByteName(path)),
                    await Blocking.run({ FileSystem.exists(path) })
                else { continue }
                try await ImageTool().run([
                    "rebase", "-q", "-u", "-f", (disk.format ?? .qcow2).rawValue, "-b", merge.base.path, "-F",
                    merge.base.format.rawValue, "--", path,
                ])
            }
        }
    }

    /// Has all that named an image name the one below.
    private func moveUsers(of merge: ImageOverlay) async throws(VirtError) {
        let (top, base) = (merge.top, merge.base)
        for var moment in snapshot.snapshots.all {
            let isChanged = moment.domain?.replace(top, by: base) == true
            if moment.inactiveDomain?.replace(top, by: base) == true || isChanged {
                try await keep(moment, isCurrent: false)
            }
        }
        guard var definition = snapshot.persistent, definition.replace(top, by: base) else { return }
        try await replaceDefinition(definition)
    }
}

extension DomainDefinition {
    /// Has a disk with an image have another one; whether there is such a disk.
    fileprivate mutating func replace(_ top: SnapshotImage, by base: SnapshotImage) -> Bool {
        guard
            let index = devices.disks.firstIndex(where: {
                $0.target.dev.hasSameBytes(as: top.disk)
                    && $0.source.path?.hasSameBytes(as: top.path) == true
            })
        else { return false }
        devices.disks[index].source = base.source
        devices.disks[index].driver.format = base.format
        devices.disks[index].backingStore = nil
        return true
    }
}
