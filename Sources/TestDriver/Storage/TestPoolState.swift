import ByteText
import DriverKit
import Virt
import VirtXML

/// A storage pool of the test host, with its volumes.
struct TestPoolState: StartableObject {
    let uuid: UUID
    var live: StoragePoolDefinition?
    var persistent: StoragePoolDefinition?
    var isAutostarted = false
    var volumes: [StorageVolumeDefinition] = []

    static let kind = ObjectKind<StoragePoolReference>(
        noun: "storage pool", short: "pool", missing: .noStoragePool, origin: .test, definitions: .storage,
        filter: .storagePools
    ) { .storagePoolLifecycle(StoragePoolLifecycleEvent(pool: $0, event: $1, detail: 0)) }

    init(uuid: UUID) { self.uuid = uuid }

    /// How much room every pool has, in bytes: 100 GiB.
    static let capacity: UInt64 = 100 << 30

    var reference: StoragePoolReference { StoragePoolReference(name: title, uuid: uuid) }

    /// How much of the room its volumes take, in bytes.
    var allocation: UInt64 {
        volumes.reduce(0) { $0.addingReportingOverflow($1.allocation?.bytes ?? 0).partialValue }
    }

    var available: UInt64 { Self.capacity - min(allocation, Self.capacity) }

    var typeFlag: UInt32 { definition.type.listFlag.rawValue }

    /// The document that counts now, with the sizes as they are.
    var document: StoragePoolDefinition {
        var copy = definition
        copy.capacity = ByteSize(bytes: Self.capacity)
        copy.allocation = ByteSize(bytes: allocation)
        copy.available = ByteSize(bytes: available)
        return copy
    }

    /// The volume with this name; throws `noStorageVol`.
    func volume(named name: String) throws(VirtError) -> StorageVolumeDefinition {
        if let volume = volumes.first(where: { $0.name.hasSameBytes(as: name) }) { return volume }
        throw VirtError(.noStorageVol, "no storage vol with matching name '\(name)'", from: .test)
    }

    func reference(of volume: StorageVolumeDefinition) -> StorageVolReference {
        StorageVolReference(pool: title, name: volume.name, key: volume.key ?? "")
    }

    /// Throws `operationInvalid` where it isn't active, or where it is.
    func require(isActive wanted: Bool) throws(VirtError) {
        if isActive == wanted { return }
        let state = isActive ? "active" : "not active"
        throw VirtError(.operationInvalid, "storage pool '\(title)' is \(state)", from: .test)
    }

    /// The pool that `test:///default` starts with.
    static let standard = """
        <pool type='dir'>
          <name>default-pool</name>
          <uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>
          <target>
            <path>/default-pool</path>
          </target>
        </pool>
        """
}
