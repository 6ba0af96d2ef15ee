import Virt
import VirtXML

/// Who knows what lies in the host's storage pools: guests' drivers ask it for disks that are said by pool and volume.
public protocol StorageVolumes: Sendable {
    /// The volume of a pool that runs, as it is known now.
    ///
    /// - Throws: `noStoragePool` or `noStorageVol` where there is none, `configUnsupported` where the pool doesn't run.
    func volume(
        _ name: String, ofPool pool: String
    ) throws(VirtError) -> (volume: StorageVolumeDefinition, pool: StoragePoolDefinition)

    /// Has `body` asked which files guests use now, before something is done that would harm one. It doesn't wait.
    func onUse(_ body: @escaping @Sendable () -> [FileInUse])
}

/// A file of the host that a guest has open, by the path that it was given.
public struct FileInUse: Hashable, Sendable {
    public let guest: String
    public let path: String

    public init(path: String, guest: String) { (self.path, self.guest) = (path, guest) }
}

/// A host without storage pools.
public struct NoStorageVolumes: StorageVolumes {
    public init() {}

    public func volume(
        _ name: String, ofPool pool: String
    ) throws(VirtError) -> (volume: StorageVolumeDefinition, pool: StoragePoolDefinition) {
        throw VirtError(
            .noStoragePool, "no storage pool with matching name '\(pool)'", from: .storage)
    }

    public func onUse(_ body: @escaping @Sendable () -> [FileInUse]) {}
}
