import DriverKit
import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// How large the disks are, and what is in them.
extension QEMUDomain {
    nonisolated func blockInfo(path: String, flags: UInt32) async throws(VirtError) -> DomainBlockInfo {
        try flags.require(in: "qemuDomainGetBlockInfo", from: .qemu)
        if path.isEmpty {
            throw .refused(
                "virDomainGetBlockInfo", "disk", "string disk in virDomainGetBlockInfo must not be empty")
        }
        let now = try existing()
        let disk = try now.disk(path, orElse: "invalid path \(path) not assigned to domain")
        if disk.source.isEmpty { throw disk.isWithoutMedium }
        let located = try disk.located(in: context.volumes)
        guard now.isActive else { return try await located.sizes() }
        let nodes = try await blockNodes()
        guard let index = disk.source.index, let top = nodes.top(of: index) else {
            return try await located.sizes()
        }
        var sizes: DomainBlockInfo
        if let path = located.source.localPath {
            sizes = try await BlockSizes.ofFile(path)
        } else {
            sizes = DomainBlockInfo(
                allocation: top.actualSize ?? 0, capacity: 0,
                physical: nodes.storage(of: index)?.virtualSize ?? top.actualSize ?? 0)
        }
        sizes.capacity = top.virtualSize ?? sizes.capacity
        // Of a device all is the image's; how much of it has been used is what the guest has written.
        if located.source.actualType == .block, (disk.driver.format ?? .raw) != .raw {
            sizes.allocation = nodes.storage(of: index)?.counters.highestOffset ?? sizes.allocation
        }
        return sizes
    }

    nonisolated func blockPeek(
        path: String, offset: UInt64, size: UInt32, flags: UInt32
    ) async throws(VirtError) -> [UInt8] {
        try flags.require(in: "qemuDomainBlockPeek", from: .qemu)
        let now = try existing()
        let disk = try now.definition.disk(path, from: .qemu)
        guard disk.driver.format == .raw else {
            throw VirtError(
                .operationUnsupported,
                "peeking is only supported for disk with 'raw' format not '\(disk.driver.format?.rawValue ?? "none")'",
                from: .qemu)
        }
        guard let file = try disk.located(in: context.volumes).source.localPath else {
            throw VirtError(
                .operationUnsupported, "disk '\(disk.target.dev)' is no file of this host", from: .qemu)
        }
        let wanted = Int(size)
        let bytes = try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("Failed to open file '\(file)'", from: .storage) {
                () throws(SystemError) in
                let image = try FileSystem.open(file, [.readOnly, .nonBlocking])
                guard offset < (try image.length()) else { return [UInt8]() }
                return try image.read(at: offset, atMost: wanted)
            }
        }
        guard bytes.count == wanted else {
            throw VirtError(
                .invalidArg, "'\(path)' starting from \(offset) has only \(bytes.count) bytes available",
                from: .qemu)
        }
        return bytes
    }

    nonisolated func diskErrors(flags: UInt32) async throws(VirtError) -> [DomainDiskError] {
        try flags.require(in: "qemuDomainGetDiskErrors", from: .qemu)
        let now = try existingActive()
        let disks = now.definition.devices.disks
        let nodes = try await blockNodes()
        return disks.compactMap { disk -> DomainDiskError? in
            let codes: [String: DomainDiskErrorCode] = ["failed": .unspec, "nospace": .noSpace]
            guard let status = disk.info.alias.flatMap({ nodes.device($0)?.status }), let code = codes[status]
            else { return nil }
            return DomainDiskError(disk: disk.target.dev, error: code.rawValue)
        }
    }
}

/// The sizes of images, by their files.
enum BlockSizes {
    /// How long a file is and how much of the host's disk it takes; of a device all. As raw images they show all of it.
    static func ofFile(_ path: String) async throws(VirtError) -> DomainBlockInfo {
        try await ofImage(path, .raw)
    }

    /// The same, with what the image says of how much it shows.
    static func ofImage(_ path: String, _ format: StorageFormat) async throws(VirtError) -> DomainBlockInfo {
        try await Blocking.run { () throws(VirtError) in
            try VirtError.reporting("Failed to open file '\(path)'", from: .none) { () throws(SystemError) in
                let file = try FileSystem.open(path, [.readOnly, .nonBlocking])
                let (status, length) = (try file.status(), try file.length())
                let allocated = status.kind == .blockDevice ? length : status.allocated
                let shown = format == .raw ? length : try Self.shown(file, format) ?? length
                return DomainBlockInfo(allocation: allocated, capacity: shown, physical: length)
            }
        }
    }

    private static func shown(_ file: Descriptor, _ format: StorageFormat) throws(SystemError) -> UInt64? {
        ImageHeader(try ImageContent(of: file), format: format)?.virtualSize
    }
}

extension DiskDevice {
    /// The sizes of the disk's own image, which nobody has opened.
    func sizes() async throws(VirtError) -> DomainBlockInfo {
        guard let path = source.localPath else { return DomainBlockInfo() }
        return try await BlockSizes.ofImage(path, driver.format ?? .raw)
    }

    /// The disk with its image where it is on the host.
    func located(in volumes: any StorageVolumes) throws(VirtError) -> DiskDevice {
        var disk = self
        try disk.locate(in: volumes)
        return disk
    }

    /// That a drive is empty, where a call needs an image in it.
    var isWithoutMedium: VirtError {
        VirtError(
            .invalidArg, "disk '\(target.dev)' does not currently have a source assigned", from: .qemu)
    }
}
