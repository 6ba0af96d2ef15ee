import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Images are merged into one below them.
extension QEMUDomain {
    func blockCommit(
        disk name: String, base: String?, top: String?, bandwidth: UInt64, flags: DomainBlockCommitFlags
    ) async throws(VirtError) {
        try flags.require(
            [.shallow, .active, .relative, .delete, .bandwidthBytes], in: "qemuDomainBlockCommit", from: .qemu
        )
        let speed = try BlockSpeed(bandwidth, inBytes: flags.contains(.bandwidthBytes))
        try await withJob(.modify, "commit a disk") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let disk = try domain.snapshot.definition.disk(name, from: .qemu)
            try domain.requireGuest()
            try domain.requireNoJob(on: disk)
            let images = try CommittedImages(of: disk, from: top, into: base, flags)
            try await domain.commit(images, of: disk, flags, speed)
        }
    }

    func commit(
        _ images: CommittedImages, of disk: DiskDevice, _ flags: DomainBlockCommitFlags, _ speed: BlockSpeed
    ) async throws(VirtError) {
        let nodes = try await blockNodes()
        let qemu = try await capabilities()
        let (device, top, base) = (
            try nodes.node(of: images.own), try nodes.node(of: images.top), try nodes.node(of: images.base)
        )
        var name: String?
        if flags.contains(.relative), let above = images.above {
            name = try await disk.relativeName(of: images.base.index, from: above.index)
        }
        var job = BlockJob(
            images.isActive ? .activeCommit : .commit, of: disk, node: top, top: images.top.index,
            base: images.base.index)
        job.removesFiles = flags.contains(.delete)
        // What is merged into is written, and so is what tells of it.
        let written = [images.base, images.above].compactMap { $0?.path }
        try await give(written.map { UsedFile(path: $0, isWritten: true) }, for: "the disk")
        let target = images.base
        let command = job.commit(
            of: device, from: top, into: base, naming: name, speed: speed.bytes, qemu)
        let isActive = images.isActive
        try await begin(job, command) { disk in
            guard isActive else { return }
            var mirror = DiskMirror()
            (mirror.source, mirror.format, mirror.job) = (target.source, target.format, .activeCommit)
            mirror.source?.index = target.index
            disk.mirror = mirror
        }
    }
}

/// The images of a commit.
struct CommittedImages: Sendable {
    /// The disk's own.
    let own: DiskImage
    /// What stands on the uppermost that is merged; nil where nothing does.
    let above: DiskImage?
    let top: DiskImage
    let base: DiskImage

    var isActive: Bool { above == nil }

    init(
        of disk: DiskDevice, from topName: String?, into baseName: String?, _ flags: DomainBlockCommitFlags
    ) throws(VirtError) {
        let noBase = VirtError(
            .invalidArg, "could not find base image in chain for '\(disk.target.dev)'", from: .storage)
        guard let own = disk.chain.first else { throw noBase }
        self.own = own
        let isOwn = topName.map { disk.isMeant(by: $0) } ?? true
        top = isOwn ? own : try disk.image(topName ?? "", below: own)
        above = disk.image(above: top.index)
        if above == nil, !flags.contains(.active) {
            if disk.chain.count < 2 { throw noBase }
            throw VirtError(
                .invalidArg, "commit of '\(disk.target.dev)' active layer requires active flag", from: .qemu)
        }
        if above != nil, flags.contains(.active) {
            throw VirtError(
                .invalidArg, "active commit requested but '\(top.path ?? "")' is not active", from: .qemu)
        }
        let below = disk.chain.drop { [top] in $0.index != top.index }.dropFirst()
        guard let next = below.first, let last = below.last else { throw noBase }
        if let baseName {
            base = try disk.image(baseName, below: top)
        } else {
            base = flags.contains(.shallow) ? next : last
        }
        if flags.contains(.shallow), base.index != next.index {
            throw VirtError(
                .invalidArg,
                "base '\(base.path ?? "")' is not immediately below '\(top.path ?? "")' in chain for '\(own.path ?? "")'",
                from: .qemu)
        }
    }
}
