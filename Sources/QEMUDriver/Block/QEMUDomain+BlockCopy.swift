import DriverKit
import Glibc
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Disks are copied while their guest runs, and kept the same until somebody says which of the two is the disk.
extension QEMUDomain {
    func blockCopy(
        path: String, destxml: String, parameters: [TypedParameter], flags: DomainBlockCopyFlags
    ) async throws(VirtError) {
        try flags.require(
            [.shallow, .reuseExt, .transientJob, .synchronousWrites], in: "qemuDomainBlockCopy", from: .qemu)
        try await copy(path, to: try BlockCopy(destxml, parameters, flags))
    }

    func copy(_ path: String, to wanted: BlockCopy) async throws(VirtError) {
        try await withJob(.modify, "copy a disk") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            let disk = try domain.snapshot.definition.disk(path, from: .qemu)
            try domain.requireNoJob(on: disk)
            if domain.snapshot.isPersistent, !wanted.allowsPersistent {
                throw VirtError(.operationInvalid, "domain is not transient", from: .qemu)
            }
            guard let own = disk.chain.first else { throw disk.isWithoutMedium }
            try await domain.copy(disk, own, to: try wanted.placed(in: domain.context.volumes, for: disk))
        }
    }

    /// Makes the copy's image and its nodes, and begins the job. Until that runs, what fails leaves nothing behind.
    private func copy(
        _ disk: DiskDevice, _ own: DiskImage, to wanted: BlockCopy
    ) async throws(VirtError) {
        let run = try requireGuest().id
        let nodes = try await blockNodes()
        let device = try nodes.node(of: own)
        let size = nodes.top(of: own.index)?.virtualSize ?? 0
        let isNew = try await wanted.prepareFile(for: disk.target.dev, size: size)
        let index = lastImage &+ 1
        noteImage(index)
        let job = BlockJob(.copy, of: disk, node: device, top: own.index, base: index)
        let mirror = wanted.mirror(of: disk, number: index)
        do throws(VirtError) {
            try await note(job) { $0.mirror = mirror }
            if let file = wanted.source.localPath {
                try await give([UsedFile(path: file, isWritten: true)], for: "the copy")
            }
            let below = wanted.isShallow ? disk.chain.dropFirst().first : nil
            let target = try await openCopy(
                wanted, of: disk, mirror, below: try below.map(nodes.node), size: size)
            try await carryOut(
                job,
                job.copy(
                    of: device, to: target, isShallow: wanted.isShallow, isSynchronous: wanted.isSynchronous,
                    speed: wanted.speed, granularity: wanted.granularity, buffer: wanted.buffer))
        } catch {
            if guest(run) != nil, error.code == .operationTimeout { throw error }
            await leave(job, index, of: run)
            if isNew, let file = wanted.source.localPath {
                await Blocking.run { _ = try? FileSystem.remove(file) }
            }
            throw error
        }
    }

    /// Takes back all that a copy has that never began.
    private func leave(_ job: BlockJob, _ index: UInt32, of run: Int32) async {
        guard guest(run) != nil else { return }
        forget(job)
        guest?.held.staleImages.append(index)
        await closeStaleImages(of: run)
    }

    /// Has QEMU open the copy; answers the name of its uppermost node.
    private func openCopy(
        _ wanted: BlockCopy, of disk: DiskDevice, _ mirror: DiskMirror, below: String?, size: UInt64
    ) async throws(VirtError) -> String {
        var image = BlockImage(
            source: mirror.source ?? StorageSource(), format: mirror.format,
            index: mirror.source?.index ?? 0, isReadOnly: false)
        image.backing = below.map(BlockImage.Backing.node) ?? .end
        let parts = try await imageParts(image, of: disk)
        for part in parts.nodes {
            if part.isFormat, !wanted.reusesImage {
                try await format(
                    image, size: size, below: wanted.isShallow ? disk.chain.dropFirst().first : nil)
            }
            try await add([part.part])
        }
        return parts.top
    }

    /// Has QEMU write an empty image into the file of one that it has opened.
    ///
    /// - Parameters:
    ///   - size: how much it shows, in bytes.
    ///   - below: the image that it stands on.
    func format(_ image: BlockImage, size: UInt64, below: DiskImage?) async throws(VirtError) {
        guard let format = image.format, format != .raw else { return }
        var options: JSONObject = [
            "driver": .string(format.rawValue), "file": .string(image.storageNode), "size": .init(size),
        ]
        options.add("backing-file", below?.path)
        options.add("backing-fmt", below?.format?.rawValue)
        try await runJob(
            "create-\(image.formatNode)",
            MonitorCommand(
                "blockdev-create",
                ["job-id": .string("create-\(image.formatNode)"), "options": .object(options)]))
    }

    /// Has QEMU do a job that is over soon, and waits until it is.
    func runJob(_ id: String, _ command: MonitorCommand) async throws(VirtError) {
        let run = try requireGuest().id
        guest?.awaitedJobs.insert(id)
        do throws(VirtError) { try await ask(command.name, command.arguments) } catch {
            guest?.awaitedJobs.remove(id)
            throw error
        }
        await blockJobEnd(id, run)
        guest?.undismissedJobs.insert(id)
        defer { if guest(run) != nil { guest?.undismissedJobs.remove(id) } }
        let status = BlockJobStatus(id, in: try await ask("query-jobs"))
        try await ask("job-dismiss", ["id": .string(id)])
        if let reason = status?.error {
            throw VirtError(.operationFailed, "QEMU's job '\(id)' failed: \(reason)", from: .qemu)
        }
    }

    /// The parts that QEMU needs to open an image of a running guest's disk, with what is secret about it.
    func imageParts(
        _ image: BlockImage, of disk: DiskDevice
    ) async throws(VirtError) -> (nodes: [(part: QEMUPart, isFormat: Bool)], top: String) {
        guard let live = snapshot.live else { throw VirtError.notRunning }
        var described = hotPlugGuest(live, try await capabilities())
        let start = GuestStart(context: context, definition: live, id: snapshot.id)
        described.resources.secret = await Blocking.run { start.secrets() }.sealed
        do throws(ConfigurationError) {
            let parts = try described.imageParts(image, of: disk)
            let nodes = parts.map { (part: $0, isFormat: $0.isNode(image.formatNode)) }
            return (nodes, described.topNode(of: image))
        } catch {
            throw VirtError(error)
        }
    }
}

extension QEMUPart {
    /// Whether it is the node with this name.
    fileprivate func isNode(_ name: String) -> Bool {
        if case .blockdev(let node) = self { node["node-name"]?.string == name } else { false }
    }
}

extension BlockCopy {
    /// The copy with its image where it is on the host, and with the format that it gets.
    fileprivate func placed(
        in volumes: any StorageVolumes, for disk: DiskDevice
    ) throws(VirtError) -> BlockCopy {
        var probe = DiskDevice()
        (probe.source, probe.driver.format) = (source, format)
        try probe.locate(in: volumes)
        var copy = self
        copy.source = probe.source
        copy.format = format ?? probe.driver.format ?? disk.driver.format ?? .raw
        if isShallow, copy.format == .raw, !reusesImage {
            throw VirtError(
                .invalidArg, "shallow copy of disk '\(disk.target.dev)' into a raw file is not possible",
                from: .qemu)
        }
        return copy
    }

    /// What the document shows of the copy.
    fileprivate func mirror(of disk: DiskDevice, number: UInt32) -> DiskMirror {
        var mirror = DiskMirror()
        (mirror.source, mirror.format, mirror.job) = (source, format, .copy)
        mirror.source?.index = number
        mirror.backingStore = isShallow ? disk.backingStore : BackingStore()
        return mirror
    }

    /// Makes the copy's file where it isn't to be there; whether it did. A raw one has its length at once.
    fileprivate func prepareFile(for target: String, size: UInt64) async throws(VirtError) -> Bool {
        guard let path = source.localPath else { return false }
        let (isDevice, reuses, isRaw) = (source.actualType == .block, reusesImage, format == .raw)
        return try await Blocking.run { () throws(VirtError) in
            let status: FileStatus?
            do throws(SystemError) { status = try FileSystem.status(of: path) } catch {
                guard error.errno == ENOENT, !isDevice, !reuses else {
                    throw VirtError(error, "missing destination file for disk \(target): \(path)")
                }
                status = nil
            }
            if reuses || isDevice { return false }
            if let status, status.kind == .blockDevice { return false }
            if let status, status.size > 0 || status.kind != .regular {
                throw VirtError(
                    .configUnsupported,
                    "external destination file for disk \(target) already exists and is not a block device: \(path)",
                    from: .qemu)
            }
            return try VirtError.reporting("failed to create copy target", from: .qemu) {
                () throws(SystemError) in
                let file = try FileSystem.open(
                    path, status == nil ? [.writeOnly, .create, .exclusive] : .writeOnly, mode: 0o600)
                if isRaw { try file.setLength(size) }
                return status == nil
            }
        }
    }
}
