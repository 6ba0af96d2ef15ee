import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

/// A pool of ZFS, or a data set in one; volumes are its zvols.
struct ZFSPool: AllocatingBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    private var name: String { pool.source.name ?? pool.name }
    /// The pool that a data set is in.
    private var whole: String { name.cut(atByte: "/").map { String($0.0) } ?? name }

    func isThere() async -> Bool { (try? await driver.run(ZFSCommand.facts(of: whole))) != nil }

    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendZFSBuildPool", from: .storage)
        let devices = pool.source.devices.map(\.path)
        if devices.isEmpty {
            throw VirtError(.configUnsupported, "missing source devices", from: .storage)
        }
        try await driver.run(ZFSCommand.makePool(name, on: devices))
    }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendZFSDeletePool", from: .storage)
        try await driver.run(ZFSCommand.removePool(name))
    }

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let sizes = ZFSCommand.sizes(in: try await driver.text(of: ZFSCommand.facts(of: whole)))
        let listed = ZFSCommand.volumes(
            in: try await driver.text(of: ZFSCommand.volumes(of: name)), of: name, at: path)
        return await Blocking.run {
            var found = FoundContent()
            found.sizes = sizes
            for var volume in listed {
                if let facts = try? DeviceFacts(volume.target.path ?? "") {
                    volume.fill(facts, isSized: true)
                }
                found.volumes[ByteName(volume.name)] = StoredVolume(definition: volume)
            }
            return found
        }
    }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume { known }

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        volume.target.path = "\(path)/\(volume.name)"
        (volume.key, volume.type, volume.target.format) = (volume.target.path, .block, nil)
    }

    func mark(for volume: StorageVolumeDefinition) async throws(VirtError) -> HalfMadeDevice {
        throw VirtError(
            .noSupport,
            volume.target.encryption == nil
                ? "storage pool does not support volume creation from an existing volume"
                : "storage pool does not support encrypted volumes", from: .storage)
    }

    func unmark(_ mark: HalfMadeDevice) async throws(VirtError) {}

    func allocate(
        _ volume: StorageVolumeDefinition, _ mark: HalfMadeDevice?, among known: [StoredVolume]
    ) async throws(VirtError) {
        try await driver.run(ZFSCommand.make(volume, in: name))
    }

    func release(_ volume: StoredVolume, _ flags: StorageVolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendZFSDeleteVol", from: .storage)
        try await driver.run(ZFSCommand.remove(volume.definition.name, from: name))
    }
}
