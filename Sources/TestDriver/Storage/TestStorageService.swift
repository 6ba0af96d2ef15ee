import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The storage pools of the test host: found, listed, defined.
struct TestStorageService: StorageService {
    let pools: ObjectRegistry<TestPoolState>
    let events: EventHub

    func storagePool(_ reference: StoragePoolReference) -> any StoragePoolOperations {
        TestStoragePool(reference: reference, pools: pools, events: events)
    }

    func storageVol(_ reference: StorageVolReference) -> any StorageVolOperations {
        TestStorageVol(reference: reference, pools: pools, events: events)
    }

    // MARK: Find

    func storagePoolLookupByName(name: String) throws(VirtError) -> StoragePoolReference {
        try pools.object(named: name).reference
    }

    func storagePoolLookupByUUID(uuid: UUID) throws(VirtError) -> StoragePoolReference {
        try pools.object(uuid).reference
    }

    func storageVolLookupByKey(key: String) throws(VirtError) -> StorageVolReference {
        try volume("key '\(key)'") { $0.key == key }
    }

    func storageVolLookupByPath(path: String) throws(VirtError) -> StorageVolReference {
        try volume("path '\(path)'") { $0.target.path == path }
    }

    private func volume(
        _ what: String, _ isWanted: (StorageVolumeDefinition) -> Bool
    ) throws(VirtError) -> StorageVolReference {
        for pool in pools.all where pool.isActive {
            if let volume = pool.volumes.first(where: isWanted) { return pool.reference(of: volume) }
        }
        throw VirtError(.noStorageVol, "no storage vol with matching \(what)", from: .test)
    }

    // MARK: List

    func listAllStoragePools(flags: ConnectListAllStoragePoolsFlags) throws(VirtError)
        -> [StoragePoolReference]
    {
        try pools.list(flags.rawValue, in: "testConnectListAllStoragePools")
    }

    func listStoragePools() -> [String] { pools.names(active: true) }
    func listDefinedStoragePools() -> [String] { pools.names(active: false) }
    func numOfStoragePools() -> Int32 { Int32(clamping: listStoragePools().count) }
    func numOfDefinedStoragePools() -> Int32 { Int32(clamping: listDefinedStoragePools().count) }

    // MARK: Define and create

    func storagePoolDefineXML(xml: String, flags: StoragePoolDefineFlags) async throws(VirtError)
        -> StoragePoolReference
    {
        try flags.require(.validate, in: "testStoragePoolDefineXML", from: .test)
        try await DocumentSchema.storagePool.check(xml, if: flags.contains(.validate))
        return try await put(xml, toStart: false, .defined)
    }

    func storagePoolCreateXML(xml: String, flags: StoragePoolCreateFlags) async throws(VirtError)
        -> StoragePoolReference
    {
        try flags.require(in: "testStoragePoolCreateXML", from: .test)
        return try await put(xml, toStart: true, .started)
    }

    private func put(
        _ text: String, toStart: Bool, _ event: StoragePoolEventLifecycleType
    ) async throws(VirtError) -> StoragePoolReference {
        try await pools.put(document: text, toStart: toStart, telling: event.rawValue, in: events)
    }

    func findStoragePoolSources(type: String, srcSpec: String?, flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "testConnectFindStoragePoolSources", from: .test)
        switch StoragePoolDefinition.Kind(rawValue: type) {
        case .dir: throw VirtError(.internalError, "unknown storage pool type \(type)", from: .test)
        case .logical: return try Self.volumeGroups.text(from: .test)
        case .netfs:
            let source = try srcSpec.map { (text) throws(VirtError) in
                try PoolSourceQuestion(document: text, from: .storage).source
            }
            guard let host = source?.hosts.first else {
                throw VirtError(.invalidArg, "hostname must be specified for netfs sources", from: .test)
            }
            return try Self.share(of: host).text(from: .test)
        default:
            throw VirtError(
                .noSupport, "pool type '\(type)' does not support source discovery", from: .test)
        }
    }

    /// What could be made into pools on every test host.
    private static var volumeGroups: PoolSourceList {
        var list = PoolSourceList()
        list.sources = [("/dev/sda20", "testvg1"), ("/dev/sda21", "testvg2")].map { (path, name) in
            var (source, device) = (PoolSource(), PoolDevice())
            device.path = path
            (source.devices, source.name, source.format) = ([device], name, "lvm2")
            return source
        }
        return list
    }

    private static func share(of host: PoolHost) -> PoolSourceList {
        var (list, source) = (PoolSourceList(), PoolSource())
        (source.hosts, source.dir, source.format) = ([host], "/testshare", "nfs")
        list.sources = [source]
        return list
    }
}
