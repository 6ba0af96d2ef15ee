import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

extension StorageDriver {
    /// Makes a volume. Until it is whole it has another name, which is on record.
    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StorageVolReference {
        try order.check()
        let (content, name) = (pool.content, order.volume.name)
        let backend = try pool.definition.backend(self)
        guard content.reserve(order.volume) else { throw order.taken }
        do throws(VirtError) {
            let volume = try await backend.make(order, in: pool)
            try content.change(name) { (known) throws(VirtError) in known = volume }
            if pool.definition.type.isFolder {
                content.count(allocation: volume.definition.allocation?.bytes ?? 0, insteadOf: 0)
            }
            return volume.reference(in: pool)
        } catch {
            content.remove(name)
            throw error
        }
    }

    /// Throws where something has the name already that is no volume.
    func requireFree(
        _ volume: StorageVolumeDefinition, in path: String
    ) async throws(VirtError) {
        let whole = "\(path)/\(volume.name)"
        if await Blocking.run({ FileSystem.exists(whole) }) {
            throw VirtError(
                .operationInvalid, "volume target path '\(whole)' already exists", from: .storage)
        }
    }

    /// The volume's file, whole and in its place.
    func whole(_ order: VolumeOrder, in path: String) async throws(VirtError) -> VolumeFile {
        let record = PartRecords.Record(folder: path, part: PartName(for: order.volume.name))
        let (parts, final) = (parts, "\(path)/\(order.volume.name)")
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try parts.keep(record) }
        } catch {
            throw VirtError(error, "cannot note that '\(final)' is being made", from: .storage)
        }
        do throws(VirtError) {
            try await fill(record, order, final: final)
            let file = try await settle(record, order.volume, final: final)
            await Blocking.run { parts.remove(record) }
            return file
        } catch {
            await Blocking.run {
                if let folder = try? Folder(path), let status = try? folder.status(of: record.part.text) {
                    try? folder.remove(record.part.text, isFolder: status.kind == .directory)
                }
                parts.remove(record)
            }
            throw error
        }
    }

    /// Makes what the volume holds, under the name that it has until it is whole.
    private func fill(
        _ record: PartRecords.Record, _ order: VolumeOrder, final: String
    ) async throws(VirtError) {
        let path = "\(record.folder)/\(record.part.text)"
        if order.volume.target.format == "dir" {
            return try await makeFolder(record, order.volume, final: final)
        }
        try await requireBacking(of: order.volume)
        if let below = order.volume.backingStore?.path { try await requireEnd(ofChain: below) }
        if let source = order.source {
            try await requireEnd(ofChain: source.target.path ?? "", within: source.name)
        }
        if order.isRaw, order.source?.isRaw ?? true {
            return try await RawMaker(record, order, final: final).run()
        }
        guard let source = order.source else {
            let command = try ImageCommand.create(
                order.volume, at: path, preallocatesMetadata: order.flags.contains(.preallocMetadata),
                saysSize: order.saysCapacity)
            return try await run(command, making: record, final: final)
        }
        if source.target.encryption != nil || order.volume.target.encryption != nil {
            try await run(ImageCommand.create(order.volume, at: path), making: record, final: final)
        }
        let command = try ImageCommand.convert(
            source, to: order.volume, at: path,
            preallocatesMetadata: order.flags.contains(.preallocMetadata))
        try await run(command, making: record, final: final)
        if let wanted = order.volume.capacity, wanted > source.capacity ?? .zero {
            try await run(
                .resize(path, to: wanted.bytes, shrinks: false), making: record, final: final)
        }
    }

    /// Writes onto a volume's device what it is to hold.
    func fill(
        _ volume: StorageVolumeDefinition, from source: StorageVolumeDefinition?,
        _ record: PartRecords.Record?
    ) async throws(VirtError) {
        let path = volume.target.path ?? ""
        if volume.target.encryption != nil {
            try await run(ImageCommand.create(volume, at: path), making: record)
        }
        guard let source else { return }
        try await requireEnd(ofChain: source.target.path ?? "", within: source.name)
        if source.isRaw, volume.target.encryption == nil {
            return try await RawMaker.fill(path, from: source.target.path ?? "")
        }
        var (from, to) = (source, volume)
        // What a device is for doesn't say how it is written.
        if from.type == .block { from.target.format = "raw" }
        to.target.format = "raw"
        try await run(ImageCommand.convert(from, to: to, at: path), making: record)
    }

    private func makeFolder(
        _ record: PartRecords.Record, _ volume: StorageVolumeDefinition, final: String
    ) async throws(VirtError) {
        let mode = volume.target.permissions?.mode ?? 0o600
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in
                try Folder(record.folder).makeFolder(record.part.text, mode: mode)
            }
        } catch {
            throw VirtError(error, "cannot create path '\(final)'", from: .storage)
        }
    }

    /// Gives the file to whom it is to belong, has it last, and puts it in its place, which nothing may have taken meanwhile.
    private func settle(
        _ record: PartRecords.Record, _ volume: StorageVolumeDefinition, final: String
    ) async throws(VirtError) -> VolumeFile {
        do throws(SystemError) {
            return try await Blocking.run { () throws(SystemError) in
                let folder = try Folder(record.folder)
                let file = try folder.open(record.part.text)
                let permissions = volume.target.permissions
                try file.setMode(permissions?.mode ?? 0o600)
                try file.setOwner(permissions)
                try file.synchronize()
                try folder.rename(record.part.text, toFree: volume.name)
                try folder.synchronize()
                guard let made = try VolumeFile(volume.name, in: folder) else {
                    throw SystemError(call: "open", errno: 22, context: final)
                }
                return made
            }
        } catch {
            throw VirtError(error, "Failed to create file '\(final)'", from: .storage)
        }
    }

    private func requireBacking(of volume: StorageVolumeDefinition) async throws(VirtError) {
        guard let below = volume.backingStore?.path else { return }
        do throws(SystemError) {
            _ = try await Blocking.run { () throws(SystemError) in try FileSystem.status(of: below) }
        } catch {
            throw VirtError(error, "inaccessible backing store volume \(below)", from: .storage)
        }
    }
}

extension VolumeOrder {
    /// That the name is another volume's.
    var taken: VirtError {
        if source == nil {
            return VirtError(
                .storageVolExist, "'\(volume.name)'", from: .storage)
        }
        return VirtError(
            .internalError, "storage volume name '\(volume.name)' already in use.", from: .storage)
    }
}

extension StorageVolumeDefinition {
    /// Whether what it holds is as it lies there: devices always are.
    var isRaw: Bool {
        (type == .block || ["raw", "iso"].contains(target.format ?? "raw")) && target.encryption == nil
    }
}
