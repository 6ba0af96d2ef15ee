import ByteText
import Virt
import VirtXML

/// What pools of one type are on the host.
protocol PoolBackend: Sendable {
    /// Makes what the pool lies in, where it is missing.
    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError)
    /// Makes the pool's folder lead to what the pool is made from.
    func start() async throws(VirtError)
    func stop() async throws(VirtError)
    /// Whether what `start` made is there.
    func isThere() async -> Bool
    /// Removes what `build` has made.
    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError)
}

extension PoolBackend {
    func isThere() async -> Bool { true }
}

extension StoragePoolDefinition {
    /// What the pool is on the host; libvirt's error of a type that nobody is there for.
    func backend(_ driver: StorageDriver) throws(VirtError) -> any PoolBackend {
        switch type {
        case .dir: return DirectoryPool(self)
        case .fs, .netfs: return MountedPool(self, driver)
        default:
            let all = Kind.inOrder
            let number = all.firstIndex(of: type) ?? all.count
            throw VirtError(
                .internalError, "missing backend for pool type \(number) (\(type.rawValue))", from: .storage)
        }
    }
}

extension StoragePoolDefinition.Kind {
    /// The types in libvirt's order.
    static var inOrder: [Self] {
        [
            .dir, .fs, .netfs, .logical, .disk, .iscsi, .iscsiDirect, .scsi, .mpath, .rbd, .sheepdog,
            .gluster, .zfs, .vstorage,
        ]
    }
}
