import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// A folder of the host.
struct DirectoryPool: FolderBackend {
    let pool: StoragePoolDefinition
    let driver: StorageDriver

    init(_ pool: StoragePoolDefinition, _ driver: StorageDriver) { (self.pool, self.driver) = (pool, driver) }

    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.refuseContradiction()
        if !flags.isDisjoint(with: [.overwrite, .noOverwrite]) {
            throw VirtError(
                .operationInvalid, "No source device specified when formatting pool '\(pool.name)'",
                from: .storage
            )
        }
        try flags.require(in: "virStorageBackendFileSystemBuild", from: .storage)
        try await makeFolder()
    }

    /// Makes the folder where it is missing. One that is there is changed only where the definition says whose it is to be.
    func makeFolder() async throws(VirtError) {
        let (path, permissions) = (path, pool.target?.permissions)
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in
                let isNew = !FileSystem.exists(path)
                if isNew, let parent = FileSystem.parent(of: path), !FileSystem.exists(parent) {
                    try FileSystem.makeDirectory(parent, mode: 0o755, parents: true)
                }
                try FileSystem.makeDirectory(path, mode: permissions?.mode ?? 0o711)
                let folder = try FileSystem.open(path, [.readOnly, .directory])
                if !isNew, let mode = permissions?.mode { try folder.setMode(mode) }
                try folder.setOwner(permissions)
            }
        } catch {
            throw VirtError(error, "cannot create path '\(path)'", from: .storage)
        }
    }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "virStorageBackendDeleteLocal", from: .storage)
        let path = path
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try FileSystem.removeEmptyFolder(path) }
        } catch {
            throw VirtError(error, "failed to remove pool '\(path)'", from: .storage)
        }
    }
}

extension StoragePoolBuildFlags {
    /// Refuses to write over what is there and to leave it at once.
    func refuseContradiction() throws(VirtError) {
        guard contains([.overwrite, .noOverwrite]) else { return }
        let words = "Flags 'VIR_STORAGE_POOL_BUILD_OVERWRITE' and 'VIR_STORAGE_POOL_BUILD_NO_OVERWRITE'"
        throw VirtError.refused(
            "virStoragePoolBuild", "flags", words + " are mutually exclusive", from: .storage)
    }
}

extension Descriptor {
    /// Gives the file to whom permissions name.
    func setOwner(_ permissions: StoragePermissions?) throws(SystemError) {
        guard permissions?.owner != nil || permissions?.group != nil else { return }
        let status = try status()
        try setOwner(
            user: permissions?.owner.map { UInt32(clamping: $0) } ?? status.user,
            group: permissions?.group.map { UInt32(clamping: $0) } ?? status.group)
    }
}
