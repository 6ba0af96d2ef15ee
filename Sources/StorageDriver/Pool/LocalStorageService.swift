import ByteText
import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The storage pools of this host as its clients see them.
struct LocalStorageService: StorageService {
    let driver: StorageDriver

    func storagePool(_ reference: StoragePoolReference) -> any StoragePoolOperations {
        LocalStoragePool(driver: driver, reference: reference)
    }

    func storageVol(_ reference: StorageVolReference) -> any StorageVolOperations {
        LocalVolume(driver: driver, reference: reference)
    }

    // MARK: Find

    func storagePoolLookupByName(name: String) throws(VirtError) -> StoragePoolReference {
        try driver.registry.object(named: name).reference
    }

    func storagePoolLookupByUUID(uuid: UUID) throws(VirtError) -> StoragePoolReference {
        try driver.registry.object(uuid).reference
    }

    func storagePoolLookupByTargetPath(path: String) throws(VirtError) -> StoragePoolReference {
        let wanted = StoragePoolDefinition.cleaned(path)
        for pool in driver.registry.all where pool.isActive {
            if pool.definition.target?.path?.hasSameBytes(as: wanted) == true { return pool.reference }
        }
        throw LocalPool.kind.none(matching: "target path '\(path)'")
    }

    func storageVolLookupByKey(key: String) throws(VirtError) -> StorageVolReference {
        if let (pool, volume) = driver.volume(withKey: key) { return volume.reference(in: pool) }
        throw StorageDriver.noVolume("key \(key)")
    }

    func storageVolLookupByPath(path: String) throws(VirtError) -> StorageVolReference {
        let wanted = StoragePoolDefinition.cleaned(path)
        if let (pool, volume) = driver.volume(atPath: wanted) { return volume.reference(in: pool) }
        throw StorageDriver.noVolume("path '\(path)'")
    }

    // MARK: List

    func listAllStoragePools(
        flags: ConnectListAllStoragePoolsFlags
    ) throws(VirtError) -> [StoragePoolReference] {
        try driver.registry.list(flags.rawValue, in: "storageConnectListAllStoragePools")
    }

    func listStoragePools() -> [String] { driver.registry.names(active: true) }
    func listDefinedStoragePools() -> [String] { driver.registry.names(active: false) }
    func numOfStoragePools() -> Int32 { Int32(clamping: listStoragePools().count) }
    func numOfDefinedStoragePools() -> Int32 { Int32(clamping: listDefinedStoragePools().count) }

    // MARK: Define and create

    func storagePoolDefineXML(
        xml: String, flags: StoragePoolDefineFlags
    ) async throws(VirtError) -> StoragePoolReference {
        try flags.require(.validate, in: "storagePoolDefineXML", from: .storage)
        try await DocumentSchema.storagePool.check(xml, if: flags.contains(.validate))
        return try await driver.define(ObjectRegistry<LocalPool>.definition(xml))
    }

    func storagePoolCreateXML(
        xml: String, flags: StoragePoolCreateFlags
    ) async throws(VirtError) -> StoragePoolReference {
        try flags.require(.known, in: "storagePoolCreateXML", from: .storage)
        return try await driver.createTransient(ObjectRegistry<LocalPool>.definition(xml), flags)
    }

    // MARK: The host

    func storagePoolCapabilities(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "storageConnectGetStoragePoolCapabilities", from: .storage)
        return try StoragePoolCapabilities(of: driver).text(from: .storage)
    }

    func findStoragePoolSources(
        type: String, srcSpec: String?, flags: UInt32
    ) async throws(VirtError) -> String {
        guard let kind = StoragePoolDefinition.Kind(rawValue: type) else {
            throw VirtError(.internalError, "unknown storage pool type \(type)", from: .storage)
        }
        var definition = StoragePoolDefinition()
        definition.type = kind
        let source = try srcSpec.map { (text) throws(VirtError) in
            try PoolSourceQuestion(document: text, from: .storage).source
        }
        var list = PoolSourceList()
        list.sources = try await definition.backend(driver).findSources(source)
        return try list.text(from: .storage)
    }
}
