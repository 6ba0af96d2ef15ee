import ByteText
import Virt
import VirtXML

/// What pools of one type are on the host.
protocol PoolBackend: Sendable {
    var pool: StoragePoolDefinition { get }
    var driver: StorageDriver { get }

    /// Makes what the pool lies in, where it is missing.
    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError)
    /// Makes the pool's target lead to what the pool is made from.
    func start() async throws(VirtError)
    func stop() async throws(VirtError)
    /// Whether what `start` made is there.
    func isThere() async -> Bool
    /// Removes what `build` has made.
    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError)

    /// Looks what lies in the pool.
    ///
    /// - Parameter known: what is known of it by now: what is still the same needn't be looked at again.
    func look(_ known: [ByteName: StoredVolume]) async throws(VirtError) -> FoundContent
    /// A volume as it is now, of which is known what it was.
    func current(_ known: StoredVolume) async throws(VirtError) -> StoredVolume

    /// Says where a volume that is to be made will be, and what it will be.
    func place(_ volume: inout StorageVolumeDefinition) throws(VirtError)
    /// Makes a volume whose name is taken in the pool already.
    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StoredVolume
    func remove(
        _ volume: StoredVolume, _ flags: StorageVolDeleteFlags, in pool: LocalPool
    ) async throws(VirtError)
    /// Makes a volume larger or smaller.
    ///
    /// - Parameter size: in bytes.
    func resize(
        _ volume: StoredVolume, to size: UInt64, _ flags: StorageVolResizeFlags
    ) async throws(VirtError)
    /// Throws unless volumes are on the host, where they can be read and written.
    func requireLocal(to what: String) throws(VirtError)
    /// Finds what pools of the type could be made from.
    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource]
}

extension PoolBackend {
    func build(_ flags: StoragePoolBuildFlags) async throws(VirtError) {}
    func start() async throws(VirtError) {}
    func stop() async throws(VirtError) {}
    func isThere() async -> Bool { true }

    func delete(_ flags: StoragePoolDeleteFlags) async throws(VirtError) {
        throw VirtError(.noSupport, "pool does not support pool deletion", from: .storage)
    }

    func make(_ order: VolumeOrder, in pool: LocalPool) async throws(VirtError) -> StoredVolume {
        let how = order.source == nil ? "" : " from an existing volume"
        throw VirtError(.noSupport, "storage pool does not support volume creation\(how)", from: .storage)
    }

    func remove(
        _ volume: StoredVolume, _ flags: StorageVolDeleteFlags, in pool: LocalPool
    ) async throws(VirtError) {
        throw VirtError(.noSupport, "storage pool does not support vol deletion", from: .storage)
    }

    func resize(
        _ volume: StoredVolume, to size: UInt64, _ flags: StorageVolResizeFlags
    ) async throws(VirtError) {
        throw VirtError(
            .noSupport, "storage pool does not support changing of volume capacity", from: .storage)
    }

    func requireLocal(to what: String) throws(VirtError) {}

    func findSources(_ question: PoolSource?) async throws(VirtError) -> [PoolSource] { throw noDiscovery }

    var noDiscovery: VirtError {
        VirtError(
            .noSupport, "pool type '\(pool.type.rawValue)' does not support source discovery", from: .storage)
    }
}

extension StoragePoolDefinition {
    /// What the pool is on the host; libvirt's error of a type that nobody is there for.
    func backend(_ driver: StorageDriver) throws(VirtError) -> any PoolBackend {
        switch type {
        case .dir: return DirectoryPool(self, driver)
        case .fs, .netfs: return MountedPool(self, driver)
        case .logical: return LogicalPool(self, driver)
        case .disk: return DiskPool(self, driver)
        case .iscsi: return ISCSIPool(self, driver)
        case .iscsiDirect: return DirectISCSIPool(self, driver)
        case .scsi: return AdapterPool(self, driver)
        case .mpath: return MultipathPool(self, driver)
        case .rbd: return RBDPool(self, driver)
        case .zfs: return ZFSPool(self, driver)
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

    /// Whether volumes are files in a folder.
    var isFolder: Bool { [.dir, .fs, .netfs].contains(self) }
}
