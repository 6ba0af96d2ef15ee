import ByteText
import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// The calls on one storage volume of the test host.
struct TestStorageVol: StorageVolOperations {
    let reference: StorageVolReference
    let pools: ObjectRegistry<TestPoolState>
    let events: EventHub

    private func pool() throws(VirtError) -> TestPoolState {
        let pool = try pools.object(named: reference.pool)
        try pool.require(isActive: true)
        return pool
    }

    private func current() throws(VirtError) -> StorageVolumeDefinition {
        try pool().volume(named: reference.name)
    }

    func storagePoolLookupByVolume() throws(VirtError) -> StoragePoolReference {
        try pools.object(named: reference.pool).reference
    }

    func info() throws(VirtError) -> StorageVolInfo {
        let volume = try current()
        return StorageVolInfo(
            type: 0, capacity: volume.capacity?.bytes ?? 0, allocation: volume.allocation?.bytes ?? 0)
    }

    func path() throws(VirtError) -> String { try current().target.path ?? "" }

    func xmlDesc(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "testStorageVolGetXMLDesc", from: .test)
        return try current().text(from: .test)
    }

    func delete(flags: StorageVolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "testStorageVolDelete", from: .test)
        let name = reference.name
        let missing = TestPoolState.kind.none(matching: "name '\(reference.pool)'")
        try await pools.change(try pool().uuid, orElse: missing, telling: events) {
            (pool, _) throws(VirtError) in
            let volume = try pool.volume(named: name)
            pool.volumes.removeAll { $0.name.hasSameBytes(as: volume.name) }
        }
    }
}
