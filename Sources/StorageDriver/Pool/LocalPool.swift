import ByteText
import DriverKit
import Virt
import VirtXML

/// A storage pool of this host, as it is now.
struct LocalPool: StartableObject {
    let uuid: UUID
    /// What it runs as.
    var live: StoragePoolDefinition?
    var persistent: StoragePoolDefinition?
    var isAutostarted = false
    /// Whether it has been defined anew since it was started.
    var isRedefined = false
    /// What lies in it, and who works on it: the same for as long as the pool is there.
    let content: PoolContent

    static let kind = ObjectKind<StoragePoolReference>(
        noun: "storage pool", short: "pool", missing: .noStoragePool, origin: .storage, filter: .storagePools
    ) { .storagePoolLifecycle(StoragePoolLifecycleEvent(pool: $0, event: $1, detail: 0)) }

    init(uuid: UUID) {
        self.uuid = uuid
        content = PoolContent()
    }

    var reference: StoragePoolReference { StoragePoolReference(name: title, uuid: uuid) }
    var typeFlag: UInt32 { definition.type.listFlag.rawValue }

    /// What tells of a change in its life.
    func event(_ change: StoragePoolEventLifecycleType) -> Event {
        Self.kind.lifecycle(reference, change.rawValue)
    }

    /// The volume that has this path.
    func volume(atPath path: String) -> StoredVolume? {
        if let volume = content.volume(atPath: path) { return volume }
        return definition.type.isFolder ? nil : content.all.first { $0.path.hasSameBytes(as: path) }
    }

    /// The volume that has this key.
    func volume(withKey key: String) -> StoredVolume? {
        if definition.type.isFolder { return content.volume(atPath: key) }
        return content.all.first { $0.definition.key?.hasSameBytes(as: key) == true }
    }

    /// The document, of what runs or of the next time, with the sizes as they were when it was looked at last.
    func document(ofNextTime: Bool) -> StoragePoolDefinition {
        let isNext = ofNextTime && isRedefined
        guard let shown = isNext ? persistent : live ?? persistent else { return definition }
        return isNext
            ? shown : shown.with(content.sizes, content.permissions, isActive ? content.freeExtents : [])
    }

    /// Throws `operationInvalid` unless it runs.
    func requireActive() throws(VirtError) {
        if isActive { return }
        throw VirtError(.operationInvalid, "storage pool '\(title)' is not active", from: .storage)
    }

    /// Throws `operationInvalid` where it runs; `how` is libvirt's word for that.
    func requireInactive(_ how: String) throws(VirtError) {
        if !isActive { return }
        throw VirtError(.operationInvalid, "storage pool '\(title)' is \(how) active", from: .storage)
    }

    /// Throws `internalError` while volumes are made or changed in it.
    func requireIdle() throws(VirtError) {
        if !content.isBusy { return }
        throw VirtError(
            .internalError, "pool '\(title)' has asynchronous jobs running.", from: .storage)
    }
}

/// How much room a pool has, in bytes.
struct PoolSizes: Sendable, Equatable {
    var capacity: UInt64 = 0
    var allocation: UInt64 = 0
    var available: UInt64 = 0
}

extension StoragePoolDefinition {
    fileprivate func with(
        _ sizes: PoolSizes, _ permissions: StoragePermissions?, _ freeExtents: [StorageExtent]
    ) -> StoragePoolDefinition {
        var copy = self
        copy.capacity = ByteSize(bytes: sizes.capacity)
        copy.allocation = ByteSize(bytes: sizes.allocation)
        copy.available = ByteSize(bytes: sizes.available)
        if let permissions { copy.target?.permissions = permissions }
        if type == .disk, !copy.source.devices.isEmpty { copy.source.devices[0].freeExtents = freeExtents }
        return copy
    }
}
