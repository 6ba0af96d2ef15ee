import ByteText
import DriverKit
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension TestStoragePool {
    func listAllVolumes(flags: UInt32) throws(VirtError) -> [StorageVolReference] {
        try flags.require(in: "testStoragePoolListAllVolumes", from: .test)
        let pool = try current()
        if !pool.isActive { throw VirtError(.operationInvalid, "storage pool is not active", from: .test) }
        return pool.volumes.map { pool.reference(of: $0) }
    }

    func listVolumes() throws(VirtError) -> [String] { try active().volumes.map(\.name) }
    func numOfVolumes() throws(VirtError) -> Int32 { Int32(clamping: try active().volumes.count) }

    func storageVolLookupByName(name: String) throws(VirtError) -> StorageVolReference {
        let pool = try active()
        return pool.reference(of: try pool.volume(named: name))
    }

    func storageVolCreateXML(xml: String, flags: StorageVolCreateFlags) async throws(VirtError)
        -> StorageVolReference
    {
        try flags.require(in: "testStorageVolCreateXML", from: .test)
        return try await add(xml)
    }

    func storageVolCreateXMLFrom(
        xml: String, clonevol: StorageVolReference, flags: StorageVolCreateFlags
    ) async throws(VirtError) -> StorageVolReference {
        try flags.require(in: "testStorageVolCreateXMLFrom", from: .test)
        _ = try active().volume(named: clonevol.name)
        return try await add(xml, isClone: true)
    }

    private func active() throws(VirtError) -> TestPoolState {
        let pool = try current()
        try pool.require(isActive: true)
        return pool
    }

    /// Adds a volume, where there is room for it.
    private func add(_ text: String, isClone: Bool = false) async throws(VirtError) -> StorageVolReference {
        try await change { (pool) throws(VirtError) in
            try pool.require(isActive: true)
            let volume = try Self.volume(text, in: pool)
            let said = try StorageVolumeSizes(document: text, from: .storage)
            if said.capacity == nil, !isClone, volume.backingStore == nil {
                throw VirtError(.xmlError, "missing capacity element", from: .storage)
            }
            if pool.volumes.contains(where: { $0.name.hasSameBytes(as: volume.name) }) {
                throw VirtError(.operationFailed, "storage vol already exists", from: .test)
            }
            if volume.allocation?.bytes ?? 0 > pool.available {
                let message = "Not enough free space in pool for volume '\(volume.name)'"
                throw VirtError(.internalError, message, from: .test)
            }
            pool.volumes.append(volume)
            return pool.reference(of: volume)
        }
    }

    /// Reads a volume's document; it lies below the pool's path, which is its key as well.
    private static func volume(_ text: String, in pool: TestPoolState) throws(VirtError)
        -> StorageVolumeDefinition
    {
        do throws(XMLError) {
            var volume = try StorageVolumeDefinition(xml: text, options: .inactive)
            try volume.fillDefaults(pool: pool.definition.type)
            let path = (pool.definition.target?.path ?? "") + "/" + volume.name
            (volume.key, volume.target.path) = (path, path)
            volume.allocation = volume.allocation ?? volume.capacity
            return volume
        } catch {
            throw VirtError(document: error, from: .storage)
        }
    }
}
