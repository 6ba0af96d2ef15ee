import ByteText
import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Images take over what lies below them.
extension QEMUDomain {
    func blockPull(path: String, bandwidth: UInt64, flags: DomainBlockPullFlags) async throws(VirtError) {
        try flags.require(.bandwidthBytes, in: "qemuDomainBlockPull", from: .qemu)
        let speed = try BlockSpeed(bandwidth, inBytes: flags.contains(.bandwidthBytes))
        try await pull(path, downTo: nil, isRelative: false, speed)
    }

    func blockRebase(
        path: String, base: String?, bandwidth: UInt64, flags: DomainBlockRebaseFlags
    ) async throws(VirtError) {
        try flags.require(
            [.shallow, .reuseExt, .copy, .copyRaw, .relative, .copyDev, .bandwidthBytes],
            in: "qemuDomainBlockRebase", from: .qemu)
        if flags.contains(.copy) {
            guard let base else { throw .null("base", in: "virDomainBlockRebase") }
            let speed = try BlockSpeed(bandwidth, inBytes: flags.contains(.bandwidthBytes))
            return try await copy(path, to: BlockCopy(rebasing: base, flags, speed.bytes))
        }
        if !flags.isDisjoint(with: [.shallow, .reuseExt, .copyRaw, .copyDev]) {
            throw .refused("virDomainBlockRebase", "flags", "use of flags requires a copy job")
        }
        if flags.contains(.relative), base == nil {
            throw VirtError(
                .invalidArg, "flag VIR_DOMAIN_BLOCK_REBASE_RELATIVE is valid only with non-null base",
                from: .qemu)
        }
        let speed = try BlockSpeed(bandwidth, inBytes: flags.contains(.bandwidthBytes))
        try await pull(path, downTo: base, isRelative: flags.contains(.relative), speed)
    }

    private func pull(
        _ path: String, downTo base: String?, isRelative: Bool, _ speed: BlockSpeed
    ) async throws(VirtError) {
        try await withJob(.modify, "pull a disk") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            let disk = try domain.snapshot.definition.disk(path, from: .qemu)
            try domain.requireNoJob(on: disk)
            guard let top = disk.chain.first else { throw disk.isWithoutMedium }
            let stays = try base.map { (name) throws(VirtError) in try disk.image(name, below: top) }
            let nodes = try await domain.blockNodes()
            let (node, below) = (try nodes.node(of: top), try stays.map(nodes.node))
            let name =
                isRelative ? try await disk.relativeName(of: stays?.index, from: top.index) : nil
            let job = BlockJob(.pull, of: disk, node: node, top: top.index, base: stays?.index)
            let qemu = try await domain.capabilities()
            try await domain.begin(
                job, job.pull(into: node, downTo: below, naming: name, speed: speed.bytes, qemu))
        }
    }

    /// What the binary that runs the guest can do.
    func capabilities() async throws(VirtError) -> QEMUCapabilities {
        guard let emulator = snapshot.live?.devices.emulator else { throw VirtError.notRunning }
        return try await context.capabilities(of: emulator)
    }
}

extension BlockNodes {
    /// The name of the uppermost node of an image.
    func node(of image: DiskImage) throws(VirtError) -> String {
        if let node = top(of: image.index) { return node.name }
        throw VirtError(
            .internalError, "QEMU has not opened image \(image.index) ('\(image.path ?? "")')", from: .qemu)
    }
}

extension DiskDevice {
    /// An image that a call names, by its file or as in `vda[4]`, below another one.
    ///
    /// - Throws: libvirt's errors, which come from its storage.
    func image(_ name: String, below top: DiskImage) throws(VirtError) -> DiskImage {
        let under = chain.drop { $0.index != top.index }.dropFirst()
        if let meant = try? MeantImage(name), let index = meant.index,
            meant.target.hasSameBytes(as: target.dev)
        {
            if let image = under.first(where: { $0.index == index }) { return image }
            throw VirtError(
                .invalidArg, "could not find backing store index '\(index)' in chain for '\(target.dev)'",
                from: .storage)
        }
        if let image = under.first(where: { $0.path?.hasSameBytes(as: name) ?? false }) { return image }
        throw VirtError(
            .invalidArg,
            "could not find image '\(name)' beneath '\(top.path ?? "")' in chain for '\(target.dev)'",
            from: .storage)
    }

    /// What an image has to say of another one below it so that both may be moved together: the names in the images in
    /// between, put together.
    func relativeName(of base: UInt32?, from top: UInt32) async throws(VirtError) -> String? {
        let images = images(from: top, downTo: base)
        let name = await Blocking.run { () -> String? in
            var folder = ""
            for image in images.dropLast() {
                guard let name = image.backingName, let parent = name.relativeFolder else { return nil }
                folder += parent
            }
            guard let last = images.last?.backingName, last.relativeFolder != nil else { return nil }
            return folder + last
        }
        if let name { return name }
        throw VirtError(
            .operationInvalid, "can't keep relative backing relationship", from: .qemu)
    }
}

extension DiskImage {
    /// The name of the image below it, as it stands in the image. May wait.
    fileprivate var backingName: String? {
        guard let path, let format, let content = try? ImageContent(of: path) else { return nil }
        return ImageHeader(content, format: format)?.backing?.name
    }
}

extension String {
    /// The folder in a relative path, with a slash at its end unless it is empty; nil for an absolute one or an address.
    fileprivate var relativeFolder: String? {
        if hasBytePrefix("/") || hasBytePrefix("json:") || contains(bytesOf: "://") { return nil }
        return cut(atLastByte: "/").map { String($0.before) + "/" } ?? ""
    }
}
