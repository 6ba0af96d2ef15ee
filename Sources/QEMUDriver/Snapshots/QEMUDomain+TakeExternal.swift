import ByteText
import DriverKit
import Glibc
import HostKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML
import XMLBinding

/// Snapshots whose disks get images of their own: the former images stay as they were.
extension QEMUDomain {
    func takeExternal(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        try await nameOverlays(&new, flags)
        let overlays = try overlays(of: new)
        let made = flags.contains(.reuseExt) ? [] : overlays.map(\.top.path)
        var plan = SnapshotPlan(.takeOuter, new.name ?? "", overlays.map(\.top))
        let memory = try await memoryFile(of: new)
        plan.files = made + [memory?.part, memory?.path].compactMap { $0 }
        plan.isLive = snapshot.isActive
        plan.resumes = memory != nil && snapshot.state == .running
        plan.isFrozen = flags.contains(.quiesce) && snapshot.isActive
        var record = new
        record.active = !flags.contains(.noMetadata)
        plan.record = try record.text([.inactive, .secure])
        let (kept, resumes, isFrozen) = (new, plan.resumes, plan.isFrozen)
        // QEMU knows none any more once it has written its memory.
        let bitmaps = snapshot.isActive && !bitmapNames.isEmpty ? try await bitmaps() : nil
        try await planning(plan) { (domain) async throws(VirtError) in
            if !flags.contains(.reuseExt) {
                for overlay in overlays {
                    try await ImageTool().make(overlay)
                    if domain.snapshot.isActive { continue }
                    try await ImageTool().carryBitmaps(
                        domain.bitmapNames, from: overlay.base, to: overlay.top)
                }
            }
            if domain.snapshot.isActive {
                if isFrozen { _ = try await domain.fsFreeze(mountpoints: [], flags: 0) }
                var hasImages = true
                if let memory {
                    hasImages = try await domain.writeMemory(to: memory, isLive: flags.contains(.live))
                }
                try await domain.switchLive(to: overlays, bitmaps, hasLeft: !hasImages)
                if isFrozen { _ = try? await domain.fsThaw(mountpoints: [], flags: 0) }
            } else {
                try await domain.adoptOverlays(overlays.map(\.top))
            }
            if !flags.contains(.noMetadata) { try await domain.keep(kept, isCurrent: true) }
            if resumes, !flags.contains(.halt) { try await domain.continueProcessors(.unpaused) }
        }
    }

    // MARK: Files

    /// Says where each disk's new image is to be, and refuses what can't be there.
    private func nameOverlays(
        _ new: inout SnapshotDefinition, _ flags: DomainSnapshotCreateFlags
    ) async throws(VirtError) {
        guard let domain = new.domain else { return }
        let (given, ending) = (new, new.name ?? "")
        let result = await Blocking.run { () -> Result<SnapshotDefinition, XMLError> in
            var named = given
            do throws(XMLError) {
                try named.nameFiles(of: domain, ending: ending) {
                    (try? FileSystem.status(of: $0).kind) == .regular
                }
                return .success(named)
            } catch {
                return .failure(error)
            }
        }
        do throws(XMLError) { new = try result.get() } catch {
            throw VirtError(document: error, from: .domainSnapshot)
        }
        for index in new.disks.indices where new.disks[index].snapshot == .external {
            let format = new.disks[index].format ?? .qcow2
            if format != .qcow2 {
                throw VirtError(
                    .configUnsupported,
                    "external snapshot format for disk \(new.disks[index].name) is unsupported: \(format.rawValue)",
                    from: .qemu)
            }
            new.disks[index].format = format
            try await checkPlace(of: new.disks[index], isReused: flags.contains(.reuseExt))
        }
    }

    private func checkPlace(of disk: SnapshotDefinition.Disk, isReused: Bool) async throws(VirtError) {
        guard let source = disk.source, let path = source.path, [.file, .block].contains(source.type) else {
            throw VirtError(
                .configUnsupported,
                "disk '\(disk.name)' can't get a snapshot that isn't a file or a device of this host",
                from: .qemu)
        }
        if !path.hasBytePrefix("/") {
            throw VirtError(
                .configUnsupported,
                "the path of the snapshot of disk '\(disk.name)' must be absolute: \(path)",
                from: .qemu)
        }
        let kind = await Blocking.run { try? FileSystem.status(of: path).kind }
        if isReused, kind == nil {
            throw VirtError(
                SystemError(call: "access", errno: ENOENT, context: path),
                "missing existing file for disk \(disk.name): \(path)")
        }
        if !isReused, let kind, kind != .blockDevice {
            throw VirtError(
                .configUnsupported,
                "external snapshot file for disk \(disk.name) already exists and is not a block device: \(path)",
                from: .qemu)
        }
    }

    /// The new images, and what each is to lie on.
    private func overlays(of new: SnapshotDefinition) throws(VirtError) -> [ImageOverlay] {
        var overlays: [ImageOverlay] = []
        for disk in new.externalDisks {
            guard let own = snapshot.definition.disk(called: disk.name), let base = SnapshotImage(own),
                let source = disk.source, let path = source.path
            else {
                throw VirtError(
                    .configUnsupported,
                    "disk '\(disk.name)' has no image on this host that another could lie on", from: .qemu)
            }
            let top = SnapshotImage(
                disk: disk.name, path: path, format: disk.format ?? .qcow2, isDevice: source.type == .block)
            overlays.append(ImageOverlay(top: top, base: base))
        }
        return overlays
    }

    // MARK: The running guest

    /// Has QEMU write to the new images from one instant on, all at once.
    ///
    /// - Parameters:
    ///   - bitmaps: those that there are; nil where none counts.
    ///   - hasLeft: QEMU has written its memory to a file, and has closed its images until the guest goes on.
    private func switchLive(
        to overlays: [ImageOverlay], _ bitmaps: BitmapTable?, hasLeft: Bool
    ) async throws(VirtError) {
        let run = try requireGuest().id
        guard let live = snapshot.live, let emulator = live.devices.emulator else { return }
        let qemu = try await context.capabilities(of: emulator)
        var (added, given, actions): ([QEMUPart], [FileOwnership], [JSONValue]) = ([], [], [])
        var switched: [DiskDevice] = []
        do throws(VirtError) {
            for overlay in overlays {
                guard let disk = live.disk(called: overlay.top.disk) else { continue }
                let number = lastImage + 1
                noteImage(number)
                let new = disk.covered(by: overlay.top, number: number)
                var bare = new
                // What lies below has its nodes already.
                bare.backingStore = BackingStore()
                given += try await give(.disk(bare))
                let prefix = "libvirt-\(number)-"
                let all = try parts(of: .disk(bare), in: live, qemu)
                let nodes = all.compactMap { $0.node(named: prefix) }
                try await add(nodes)
                added += nodes
                let guest = hotPlugGuest(live, qemu)
                let former = guest.topNode(of: BlockImage(disk))
                let next = guest.topNode(of: BlockImage(bare))
                actions += carrying(bitmaps, from: former, to: next, merges: !hasLeft)
                actions.append([
                    "type": "blockdev-snapshot",
                    "data": ["node": .string(former), "overlay": .string(next)],
                ])
                switched.append(new)
            }
            try await ask("transaction", ["actions": .array(actions)])
        } catch {
            await remove(added)
            await takeBack(given, of: run)
            throw error
        }
        guard guest(run) != nil else { throw VirtError.endedMeanwhile }
        let disks = switched
        publish { now in
            for disk in disks {
                guard
                    let index = now.live?.devices.disks.firstIndex(where: {
                        $0.target.dev.hasSameBytes(as: disk.target.dev)
                    })
                else { continue }
                now.live?.devices.disks[index] = disk
            }
        }
        do throws(SystemError) { try await writeRecord() } catch {
            context.log.error("the record of '\(snapshot.name)' could not be written: \(error)")
        }
        try await adoptOverlays(overlays.map(\.top))
    }
}

/// An image that is made on top of another.
struct ImageOverlay: Sendable {
    let top: SnapshotImage
    let base: SnapshotImage
}

extension ImageTool {
    /// Makes an image that holds nothing yet but what lies below it, which a guest may have open.
    func make(_ overlay: ImageOverlay) async throws(VirtError) {
        let (top, base) = (overlay.top, overlay.base)
        let size = try await virtualSize(of: base)
        let path = base.path.replacing(bytesOf: ",", with: ",,")
        try await run([
            "create", "-q", "-u", "-f", top.format.rawValue, "-o",
            "backing_fmt=\(base.format.rawValue),backing_file=\(path)", "--", top.path, String(size),
        ])
    }

    private func virtualSize(of image: SnapshotImage) async throws(VirtError) -> UInt64 {
        if let size = try await facts(of: image)["virtual-size"]?.uint { return size }
        throw VirtError(.internalError, "qemu-img tells no size of '\(image.path)'", from: .qemu)
    }
}

extension SnapshotImage {
    var source: StorageSource {
        var source = StorageSource(file: path)
        if isDevice { source.type = .block }
        return source
    }
}

extension QEMUPart {
    /// The part, if it is a node whose name begins so.
    fileprivate func node(named prefix: String) -> QEMUPart? {
        guard case .blockdev(let node) = self, node["node-name"]?.string?.hasBytePrefix(prefix) == true
        else { return nil }
        return self
    }
}
