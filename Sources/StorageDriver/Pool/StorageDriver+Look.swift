import ByteText
import DriverKit
import LinuxSystem
import Synchronization
import Virt
import VirtXML

extension StorageDriver {
    /// Looks what lies in a pool, and takes it in.
    func look(
        through content: PoolContent, of definition: StoragePoolDefinition
    ) async throws(VirtError) {
        let known = content.beginLooking()
        do throws(VirtError) {
            try await content.endLooking(definition.backend(self).look(known))
        } catch {
            content.giveUpLooking()
            throw error
        }
    }

    /// A volume that lies on another is shown with what is known of that one. What no pool has isn't looked at: whoever
    /// wrote the image could name anything.
    func fillBackings(in volumes: inout [ByteName: StoredVolume]) {
        for (name, volume) in volumes {
            guard let below = volume.definition.backingStore else { continue }
            let filled = fill(below, from: volumes)
            if filled != below { volumes[name]?.definition.backingStore = filled }
        }
    }

    func fill(_ below: StorageTarget, from volumes: [ByteName: StoredVolume]) -> StorageTarget {
        var below = below
        let path = below.path ?? ""
        let own = volumes[ByteName(FileSystem.lastPart(of: path))]
        let known = own.flatMap { $0.path.hasSameBytes(as: path) ? $0 : nil } ?? volume(atPath: path)?.volume
        below.permissions = known?.definition.target.permissions
        below.timestamps = known?.definition.target.timestamps
        below.format = below.format ?? known?.definition.target.format ?? "raw"
        return below
    }

    /// The volume that has this path, in whichever pool that runs.
    func volume(atPath path: String) -> (pool: LocalPool, volume: StoredVolume)? {
        for pool in registry.all where pool.isActive {
            if let volume = pool.volume(atPath: path) { return (pool, volume) }
        }
        return nil
    }

    /// The volume that has this key, in whichever pool that runs; of a file that is its path.
    func volume(withKey key: String) -> (pool: LocalPool, volume: StoredVolume)? {
        for pool in registry.all where pool.isActive {
            if let volume = pool.volume(withKey: key) { return (pool, volume) }
        }
        return nil
    }

    /// A volume as its file is now. What is known is changed only where the file has.
    func current(
        _ name: String, in pool: LocalPool
    ) async throws(VirtError) -> StoredVolume {
        guard let known = pool.content[name] else { throw Self.noVolume(named: name) }
        if known.isBeingMade || !pool.content.beginLook() { return known }
        defer { pool.content.endLook() }
        return try await pool.definition.backend(self).current(known)
    }

    static func noVolume(_ what: String) -> VirtError {
        VirtError(.noStorageVol, "no storage vol with matching \(what)", from: .storage)
    }

    static func noVolume(named name: String) -> VirtError { noVolume("name '\(name)'") }
}

extension StorageDriver: StorageVolumes {
    public func volume(
        _ name: String, ofPool pool: String
    ) throws(VirtError) -> (volume: StorageVolumeDefinition, pool: StoragePoolDefinition) {
        let pool = try registry.object(named: pool)
        guard pool.isActive else {
            throw VirtError(
                .configUnsupported,
                "storage pool '\(pool.title)' containing volume '\(name)' is not active", from: .none)
        }
        guard let volume = pool.content[name] else { throw Self.noVolume(named: name) }
        return (volume.definition, pool.definition)
    }

    public func onUse(_ body: @escaping @Sendable () -> [FileInUse]) {
        usedBy.withLock { $0.append(body) }
    }
}
