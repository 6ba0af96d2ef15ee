import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A pool of images in a Ceph cluster. Guests open them by themselves: the host has no devices of them.
struct RBDPool: PoolBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private func command() throws(VirtError) -> RBDCommand {
        guard let auth = pool.source.auth else { return RBDCommand(pool, key: nil) }
        guard auth.type == "ceph" else {
            throw VirtError(.xmlError, "rbd pool only supports 'ceph' auth type", from: .storage)
        }
        return RBDCommand(pool, key: try driver.value(of: auth.secret, for: .ceph))
    }

    private func rows(_ command: RBDCommand) async throws(VirtError) -> [RBDCommand.Row] {
        let text = try await driver.text(of: command.images())
        if let rows = RBDCommand.rows(in: text) { return rows }
        throw VirtError(
            .internalError, "what rbd says of pool '\(command.pool)' can't be understood", from: .storage)
    }

    // MARK: Look

    func isThere() async -> Bool { (try? await look([:])) != nil }

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let command = try command()
        var found = FoundContent()
        for row in try await rows(command) where row.snapshot == nil {
            let volume = command.volume(row.name, of: row.size)
            found.volumes[ByteName(row.name)] = StoredVolume(definition: volume)
        }
        found.sizes = command.sizes(in: try await driver.text(of: command.room())) ?? PoolSizes()
        return found
    }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume { known }

    func requireLocal(to what: String) throws(VirtError) {
        throw VirtError(.noSupport, "storage pool doesn't support \(what)", from: .storage)
    }

    // MARK: Volumes

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        if volume.capacity ?? .zero == .zero {
            throw VirtError(.noSupport, "volume capacity required for this storage pool", from: .storage)
        }
        if volume.target.format ?? "raw" != "raw" {
            throw VirtError(
                .configUnsupported, "only RAW volumes are supported by this storage pool", from: .storage)
        }
        if volume.target.encryption != nil {
            throw VirtError(
                .configUnsupported, "storage pool does not support encrypted volumes", from: .storage)
        }
        let made = try command().volume(volume.name, of: volume.capacity?.bytes ?? 0)
        (volume.key, volume.type, volume.target) = (made.key, made.type, made.target)
    }

    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StoredVolume {
        // In the names of images these part them from pools and snapshots.
        if order.volume.name.contains(anyByteOf: "@/") {
            throw VirtError(
                .operationInvalid, "volume name '\(order.volume.name)' cannot contain '/' or '@'",
                from: .storage)
        }
        let (command, name, size) = (try command(), order.volume.name, order.volume.capacity?.bytes ?? 0)
        if let source = order.source {
            try await clone(source, to: name, size, command)
        } else {
            try await driver.run(command.create(name, size))
        }
        return StoredVolume(definition: command.volume(name, of: size))
    }

    /// The copy lies on a snapshot, as libvirt does it: it takes no time and no room.
    private func clone(
        _ source: StorageVolumeDefinition, to name: String, _ size: UInt64, _ command: RBDCommand
    ) async throws(VirtError) {
        guard source.key?.hasSameBytes(as: "\(command.pool)/\(source.name)") == true else {
            throw VirtError(
                .noSupport, "storage pool does not support volume creation from a volume of another pool",
                from: .storage)
        }
        let snapshot = "libvirt-\(Random.hexadecimal(bytes: 4))"
        try await driver.run(command.takeSnapshot(snapshot, of: source.name))
        do throws(VirtError) {
            try await driver.run(command.protect(snapshot, of: source.name))
            try await driver.run(command.clone(source.name, at: snapshot, to: name))
        } catch {
            _ = try? await driver.run(command.unprotect(snapshot, of: source.name))
            _ = try? await driver.run(command.removeSnapshot(snapshot, of: source.name))
            throw error
        }
        if size > source.capacity?.bytes ?? 0 {
            try await driver.run(command.resize(name, to: size, shrinks: false))
        }
    }

    func remove(
        _ volume: StoredVolume, _ flags: StorageVolDeleteFlags, in pool: LocalPool
    ) async throws(VirtError) {
        try flags.require([.withSnapshots, .zeroed], in: "virStorageBackendRBDDeleteVol", from: .storage)
        if flags.contains(.zeroed) {
            throw VirtError(
                .noSupport, "This storage backend does not support zeroed removal of volumes", from: .storage)
        }
        let (command, name) = (try command(), volume.definition.name)
        if flags.contains(.withSnapshots) {
            for row in try await rows(command) where row.name.hasSameBytes(as: name) {
                guard let snapshot = row.snapshot else { continue }
                if row.isProtected { try await driver.run(command.unprotect(snapshot, of: name)) }
                try await driver.run(command.removeSnapshot(snapshot, of: name))
            }
        }
        try await driver.run(command.remove(name))
    }

    func resize(
        _ volume: StoredVolume, to size: UInt64, _ flags: StorageVolResizeFlags
    ) async throws(VirtError) {
        try flags.require([.delta, .shrink], in: "virStorageBackendRBDResizeVol", from: .storage)
        let shrinks = size < volume.definition.capacity?.bytes ?? 0
        try await driver.run(command().resize(volume.definition.name, to: size, shrinks: shrinks))
    }
}
