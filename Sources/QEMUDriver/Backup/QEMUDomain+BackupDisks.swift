import ByteText
import DriverKit
import Glibc
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// The disks of a backup, and the images that they are copied to.
extension QEMUDomain {
    /// What each disk of a backup is copied from and to, and by which bitmaps, by the disk's target.
    func planDisks(
        _ order: BackupOrder
    ) async throws(VirtError) -> (disks: [BackedUpDisk], sources: [String: [BitmapPlace]]) {
        let chosen = order.definition.disks.filter { $0.backup == true }
        let nodes = try await blockNodes()
        let bitmaps = chosen.contains { $0.incremental != nil } ? try await bitmaps() : nil
        var (disks, sources): ([BackedUpDisk], [String: [BitmapPlace]]) = ([], [:])
        for wanted in chosen {
            guard let disk = snapshot.live?.disk(called: wanted.name), let top = disk.chain.first else {
                throw VirtError(
                    .configUnsupported, "the running domain has no disk '\(wanted.name)' with an image",
                    from: .qemu)
            }
            try requireNoJob(on: disk)
            var planned = try await plan(wanted, disk, nodes.node(of: top), order)
            planned.plan.size = nodes.top(of: top.index)?.virtualSize ?? 0
            if let checkpoint = wanted.incremental {
                planned.plan.bitmap = planned.wanted.exportBitmap ?? "backup-\(disk.target.dev)"
                if order.definition.mode == .pull { planned.wanted.exportBitmap = planned.plan.bitmap }
                sources[disk.target.dev] = try bitmapsSince(checkpoint, of: disk, bitmaps)
            }
            disks.append(planned)
        }
        return (disks, sources)
    }

    private func plan(
        _ wanted: BackupDefinition.Disk, _ disk: DiskDevice, _ node: String, _ order: BackupOrder
    ) async throws(VirtError) -> BackedUpDisk {
        var wanted = wanted
        guard var source = wanted.store, let path = source.localPath else {
            throw VirtError(
                .configUnsupported,
                "disk '\(disk.target.dev)' can only be copied to a file or a device of "
                    + "this host", from: .qemu)
        }
        if source.encryption != nil, !order.reusesFiles {
            throw VirtError(
                .configUnsupported,
                "an encrypted image for disk '\(disk.target.dev)' can't be made: make it "
                    + "yourself and use --reuse-external", from: .qemu)
        }
        let isPull = order.definition.mode == .pull
        if isPull { wanted.exportName = wanted.exportName ?? disk.target.dev }
        let format = wanted.format ?? .qcow2
        if isPull, format != .qcow2 {
            throw VirtError(
                .configUnsupported, "the scratch image of disk '\(disk.target.dev)' must be qcow2",
                from: .qemu)
        }
        let isMade = source.actualType == .file && !order.reusesFiles
        try await checkPlace(path, of: disk.target.dev, isMade: isMade)
        let index = lastImage &+ 1
        noteImage(index)
        source.index = nil
        (wanted.store, wanted.format, wanted.index) = (source, format, index)
        var copy = BlockImage(source: source, format: format, index: index, isReadOnly: false)
        copy.backing = isPull ? .node(node) : .end
        guard let live = snapshot.live else { throw VirtError.notRunning }
        let top = hotPlugGuest(live, try await capabilities()).topNode(of: copy)
        var plan = GuestBackup.Disk(target: disk.target.dev, node: node, copy: top, image: index)
        plan.madeFile = isMade ? path : nil
        return BackedUpDisk(plan: plan, wanted: wanted, disk: disk, image: copy)
    }

    private func checkPlace(_ path: String, of disk: String, isMade: Bool) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            do throws(SystemError) {
                _ = try FileSystem.status(of: path)
            } catch {
                if isMade, error.errno == ENOENT { return }
                throw VirtError(
                    error, isMade ? "failed to create image file '\(path)'" : "unable to stat: \(path)")
            }
            if isMade {
                throw VirtError(.invalidArg, "store '\(path)' for backup of '\(disk)' exists", from: .qemu)
            }
        }
    }

    /// The bitmaps that tell what was written to a disk since a checkpoint: one in each of its images from the top down to
    /// the first that has none.
    private func bitmapsSince(
        _ checkpoint: String, of disk: DiskDevice, _ known: BitmapTable?
    ) throws(VirtError) -> [BitmapPlace] {
        let target = disk.target.dev
        guard let moment = snapshot.checkpoints[checkpoint] else {
            throw VirtError(
                .noDomainCheckpoint,
                "Checkpoint '\(checkpoint)' for incremental backup of disk '\(target)' not found",
                from: .qemu)
        }
        let name = moment.disks.first { $0.name.hasSameBytes(as: target) }?.bitmap ?? checkpoint
        var found: [BitmapPlace] = []
        for image in disk.chain {
            let place = BitmapPlace(node: "libvirt-\(image.index)-format", name: name)
            guard let bitmap = known?[place] else { break }
            if found.isEmpty, !bitmap.isSound { break }
            // What lies below and is of another size was taken over before the size changed.
            if let top = found.first, known?[top]?.size != bitmap.size { break }
            found.append(place)
        }
        if !found.isEmpty { return found }
        throw VirtError(
            .checkpointInconsistent, "missing or broken bitmap '\(name)' for disk '\(target)'", from: .qemu)
    }

    /// Makes the file of an image that a disk is copied to, if it is to be made.
    func makeFile(_ disk: BackedUpDisk) async throws(VirtError) {
        guard let path = disk.plan.madeFile else { return }
        let size = disk.image.format == .raw ? disk.plan.size : 0
        try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("failed to create image file '\(path)'", from: .qemu) {
                () throws(SystemError) in
                let file = try FileSystem.open(path, [.writeOnly, .create, .exclusive], mode: 0o600)
                if size > 0 { try file.setLength(size) }
            }
        }
    }

    /// Makes the image that a disk is copied to, and has QEMU open it.
    func openCopy(_ disk: BackedUpDisk, isReused: Bool, isPull: Bool) async throws(VirtError) {
        guard let path = disk.image.source.localPath else { return }
        try await give([UsedFile(path: path, isWritten: true)], for: "the backup")
        let parts = try await imageParts(disk.image, of: disk.disk)
        for part in parts.nodes {
            if part.isFormat, !isReused {
                try await format(disk.image, size: disk.plan.size, below: disk.stands(isPull: isPull))
            }
            try await add([part.part])
        }
    }
}

/// A disk of a backup that is to begin.
struct BackedUpDisk: Sendable {
    var plan: GuestBackup.Disk
    /// What the definition says of it.
    var wanted: BackupDefinition.Disk
    /// The disk as it is.
    let disk: DiskDevice
    /// The image that it is copied to.
    let image: BlockImage

    /// What the new image says that it stands on: nothing where it has all itself.
    func stands(isPull: Bool) -> DiskImage? { isPull || plan.bitmap == nil ? nil : disk.chain.first }
}
