import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Virt
import VirtXML

/// Pools whose volumes are block devices.
protocol DeviceBackend: PoolBackend {}

extension DeviceBackend {
    var path: String { pool.target?.path ?? "" }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume {
        let path = known.path
        guard let device = await Blocking.run({ try? DeviceFacts(path) }) else {
            throw StorageDriver.noVolume("path '\(path)'")
        }
        var seen = known
        seen.definition.fill(device)
        return seen
    }

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        if volume.capacity ?? .zero == .zero {
            throw VirtError(
                .noSupport, "volume capacity required for this storage pool", from: .storage)
        }
        (volume.key, volume.target.path) = (nil, "\(path)/\(volume.name)")
        (volume.type, volume.target.format) = (.block, nil)
    }
}

/// Pools of block devices that the system's programs make and remove.
protocol AllocatingBackend: DeviceBackend {
    /// Makes an empty volume. The pool's job is held.
    ///
    /// - Parameter mark: what tells one that is to be filled from others; see `HalfMadeDevice`.
    func allocate(
        _ volume: StorageVolumeDefinition, _ mark: HalfMadeDevice?, among known: [StoredVolume]
    ) async throws(VirtError)
    /// What tells a volume that is about to be made, and then filled, from others.
    func mark(for volume: StorageVolumeDefinition) async throws(VirtError) -> HalfMadeDevice
    /// A volume that has been filled is one like others.
    func unmark(_ mark: HalfMadeDevice) async throws(VirtError)
    /// Removes a volume. The pool's job is held.
    func release(_ volume: StoredVolume, _ flags: StorageVolDeleteFlags) async throws(VirtError)
    /// How a volume's device may be opened that nothing is said of; nil where the system says.
    var standardMode: UInt32? { get }
}

extension AllocatingBackend {
    var standardMode: UInt32? { nil }

    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StoredVolume {
        let mark = order.isFilled ? try await mark(for: order.volume) : nil
        let record = try await keep(mark, of: order.volume)
        do throws(VirtError) {
            try await alone(in: pool) { () async throws(VirtError) in
                try await allocate(order.volume, mark, among: pool.content.all)
            }
        } catch {
            try? await forget(record)
            throw error
        }
        do throws(VirtError) {
            if order.isFilled { try await driver.fill(order.volume, from: order.source, record) }
            try await setPermissions(of: order.volume)
            if let mark { try await unmark(mark) }
            try await forget(record)
        } catch {
            await giveUp(order.volume, record, in: pool)
            throw error
        }
        var found: StoredVolume?
        try await alone(in: pool) { () async throws(VirtError) in
            found = try await lookAgain(at: pool, for: order.volume.name)
        }
        if let found { return found }
        throw StorageDriver.noVolume(named: order.volume.name)
    }

    func remove(
        _ volume: StoredVolume, _ flags: StorageVolDeleteFlags, in pool: LocalPool
    ) async throws(VirtError) {
        try await alone(in: pool) { () async throws(VirtError) in
            try await release(volume, flags)
            pool.content.remove(volume.definition.name)
            _ = try? await lookAgain(at: pool, for: volume.definition.name)
        }
    }

    /// Removes a volume that could not be filled. One that can't be removed stays on record for the next daemon.
    private func giveUp(
        _ volume: StorageVolumeDefinition, _ record: PartRecords.Record?, in pool: LocalPool
    ) async {
        let made = StoredVolume(definition: volume)
        do throws(VirtError) {
            try await alone(in: pool) { () async throws(VirtError) in try await release(made, []) }
            try await forget(record)
        } catch {
            driver.log.error("what is left of volume '\(volume.name)' can't be removed now: \(error)")
        }
    }

    /// How much room there is has changed with a volume.
    private func lookAgain(at pool: LocalPool, for name: String) async throws(VirtError) -> StoredVolume? {
        let known = pool.content.beginLooking()
        do throws(VirtError) {
            let found = try await look(known)
            pool.content.endLooking(found)
            return found.volumes[ByteName(name)]
        } catch {
            pool.content.giveUpLooking()
            throw error
        }
    }

    private func alone(
        in pool: LocalPool, _ body: () async throws(VirtError) -> Void
    ) async throws(VirtError) {
        let job = try await pool.content.jobs.acquire(.modify, "change volumes")
        defer { pool.content.jobs.release(job) }
        try await body()
    }

    private func setPermissions(of volume: StorageVolumeDefinition) async throws(VirtError) {
        let (wanted, mode) = (volume.target.permissions, volume.target.permissions?.mode ?? standardMode)
        guard mode != nil || wanted != nil, let path = volume.target.path else { return }
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in
                let file = try DeviceFacts.open(path)
                if let mode { try file.setMode(mode) }
                try file.setOwner(wanted)
            }
        } catch {
            throw VirtError(error, "cannot set mode and owner of '\(path)'", from: .storage)
        }
    }

    // MARK: Records

    private func keep(
        _ mark: HalfMadeDevice?, of volume: StorageVolumeDefinition
    ) async throws(VirtError) -> PartRecords.Record? {
        guard let mark else { return nil }
        let record = PartRecords.Record(mark)
        let parts = driver.parts
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try parts.keep(record) }
        } catch {
            throw VirtError(error, "cannot note that '\(volume.name)' is being made", from: .storage)
        }
        return record
    }

    /// A record that stayed would have a whole volume removed.
    private func forget(_ record: PartRecords.Record?) async throws(VirtError) {
        guard let record else { return }
        let store = driver.parts.store
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try store.remove(record.name) }
        } catch {
            throw VirtError(error, "cannot note that a volume is whole", from: .storage)
        }
    }
}

extension VolumeOrder {
    /// Whether something is to be written into the volume.
    var isFilled: Bool { source != nil || volume.target.encryption != nil }
}
