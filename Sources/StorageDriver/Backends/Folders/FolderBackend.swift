import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Pools whose volumes are files in a folder.
protocol FolderBackend: PoolBackend {}

extension FolderBackend {
    var path: String { pool.target?.path ?? "" }

    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent {
        let path = path
        do throws(SystemError) {
            let look = try await Blocking.run { () throws(SystemError) in try PoolLook(path, known: known) }
            var found = try await look.run()
            driver.fillBackings(in: &found.volumes)
            return found
        } catch {
            throw VirtError(error, "cannot open directory '\(path)'", from: .none)
        }
    }

    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume {
        let (path, name) = (path, known.definition.name)
        let file: VolumeFile?
        do throws(SystemError) {
            file = try await Blocking.run { () throws(SystemError) in
                try VolumeFile(name, in: Folder(path))
            }
        } catch {
            throw StorageDriver.noVolume("path '\(known.path)'")
        }
        guard let file else { throw StorageDriver.noVolume("path '\(known.path)'") }
        var seen = known
        file.fillFacts(of: &seen.definition)
        if let below = seen.definition.backingStore {
            seen.definition.backingStore = driver.fill(below, from: [:])
        }
        return seen
    }

    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError) {
        let place = path + "/" + volume.name
        (volume.key, volume.target.path) = (place, place)
        volume.type = volume.target.format == "dir" ? .dir : .file
    }

    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StoredVolume {
        try await driver.requireFree(order.volume, in: path)
        let file = try await driver.whole(order, in: path)
        // It is looked at anew when the pool is: what it was asked for is known, not what became of it.
        var made = StoredVolume(definition: order.volume)
        file.fillFacts(of: &made.definition)
        return made
    }

    func remove(
        _ volume: StoredVolume, _ flags: StorageVolDeleteFlags, in pool: LocalPool
    ) async throws(VirtError) {
        try flags.require(in: "virStorageBackendVolDeleteLocal", from: .storage)
        let (name, folder) = (volume.definition.name, path)
        let isFolder = volume.definition.type == .dir
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in
                do throws(SystemError) {
                    try Folder(folder).remove(name, isFolder: isFolder)
                } catch {
                    if error.errno != 2 { throw error }
                }
            }
        } catch {
            let what = isFolder ? "cannot remove directory" : "cannot unlink file"
            throw VirtError(error, "\(what) '\(volume.path)'", from: .storage)
        }
    }

    func resize(
        _ volume: StoredVolume, to size: UInt64, _ flags: StorageVolResizeFlags
    ) async throws(VirtError) {
        try await VolumeFile.resize(volume, to: size, flags, driver)
    }
}
