import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

extension DiskPool {
    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let (table, kernel, path, device) =
            (try await driver.partitions(of: device), await kernelDevice(), path, device)
        let prefix = Self.prefix(of: kernel)
        return await Blocking.run {
            var found = FoundContent()
            for partition in table.partitions {
                let volume = Self.volume(partition, of: device, "\(prefix)\(partition.number)", at: path)
                found.volumes[ByteName(volume.name)] = StoredVolume(definition: volume)
            }
            found.freeExtents = table.free.map { free in
                var extent = StorageExtent()
                (extent.start, extent.end) = (free.start, free.end)
                return extent
            }
            let used = table.partitions.filter { !$0.isExtended }.reduce(UInt64(0)) {
                $0 &+ ($1.end - $1.start)
            }
            found.sizes = PoolSizes(
                capacity: table.length, allocation: used, available: table.length - min(table.length, used))
            return found
        }
    }

    private static func volume(
        _ partition: PartitionTable.Partition, of device: String, _ name: String, at folder: String
    ) -> StorageVolumeDefinition {
        var (volume, source) = (StorageVolumeDefinition(), StorageVolumeDefinition.Device())
        let size = ByteSize(bytes: partition.end - partition.start)
        var extent = StorageExtent()
        (extent.start, extent.end) = (partition.start, partition.end)
        (source.path, source.extents) = (device, [extent])
        (volume.name, volume.type, volume.sourceDevices) = (name, .block, [source])
        volume.target.path = "\(folder)/\(name)"
        volume.key = volume.target.path
        volume.target.format = partition.format
        (volume.capacity, volume.allocation) = (size, partition.isExtended ? .zero : size)
        if let facts = try? DeviceFacts(volume.target.path ?? "") { volume.fill(facts, isSized: true) }
        return volume
    }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume {
        let path = known.path
        guard let device = await Blocking.run({ try? DeviceFacts(path) }) else { return known }
        var seen = known
        seen.definition.fill(device, isSized: true)
        return seen
    }

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        let format = volume.target.format ?? "none"
        let known = StoragePoolDefinition.Kind.disk.volumeFormats ?? []
        guard known.contains(format) else {
            throw VirtError(
                .configUnsupported, "unknown volume format type \(format)", from: .storage)
        }
        if volume.capacity ?? .zero == .zero {
            throw VirtError(.noSupport, "volume capacity required for this storage pool", from: .storage)
        }
        volume.target.path = "\(path)/\(volume.name)"
        (volume.key, volume.type, volume.target.format) = (volume.target.path, .block, format)
    }

    private func place(for volume: StorageVolumeDefinition) async throws(VirtError) -> NewPartition {
        if volume.target.encryption != nil {
            throw VirtError(
                .configUnsupported, "storage pool only supports LUKS encrypted volumes of other types",
                from: .storage)
        }
        let table = try await driver.partitions(of: device)
        return try NewPartition(volume, in: table, named: Self.prefix(of: await kernelDevice()))
    }

    func allocate(
        _ volume: StorageVolumeDefinition, _ mark: HalfMadeDevice?, among known: [StoredVolume]
    ) async throws(VirtError) {
        let new = try await place(for: volume)
        // What is on record is what is made: the place may have been taken since.
        if case .partition(_, let start, let end) = mark, (start, end) != (new.start, new.end) {
            throw VirtError(
                .operationFailed, "the partitions of '\(device)' have just changed", from: .storage)
        }
        try await driver.run(DiskCommand.make(new.kind, on: device, from: new.start, to: new.end))
        do throws(VirtError) {
            if let flag = new.flag { try await driver.run(DiskCommand.flag(new.number, of: device, flag)) }
            try await awaitDevice(of: volume)
        } catch {
            _ = try? await driver.run(DiskCommand.remove(new.number, from: device))
            throw error
        }
    }

    private func awaitDevice(of volume: StorageVolumeDefinition) async throws(VirtError) {
        _ = try? await driver.run(DiskCommand.settle())
        let path = volume.target.path ?? ""
        if await DeviceFacts.awaited(path) != nil { return }
        throw VirtError(
            .internalError, "the system has made no device '\(path)' of the new partition", from: .storage)
    }

    func mark(for volume: StorageVolumeDefinition) async throws(VirtError) -> HalfMadeDevice {
        let new = try await place(for: volume)
        return .partition(device: device, start: new.start, end: new.end)
    }

    func unmark(_ mark: HalfMadeDevice) async throws(VirtError) {}

    func release(_ volume: StoredVolume, _ flags: StorageVolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendDiskDeleteVol", from: .storage)
        let name = volume.definition.name
        let digits = name.droppingBytePrefix(Self.prefix(of: await kernelDevice()))
        guard let number = digits.flatMap({ Int($0) }), number > 0 else {
            throw VirtError(.internalError, "Volume '\(name)' is no partition of '\(device)'", from: .storage)
        }
        try await driver.run(DiskCommand.remove(number, from: device))
        _ = try? await driver.run(DiskCommand.settle())
    }
}
