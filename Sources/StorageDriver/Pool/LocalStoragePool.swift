import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The calls on one pool.
struct LocalStoragePool: StoragePoolOperations {
    let driver: StorageDriver
    let reference: StoragePoolReference

    func current() throws(VirtError) -> LocalPool { try driver.pool(reference) }

    private func active() throws(VirtError) -> LocalPool {
        let pool = try current()
        try pool.requireActive()
        return pool
    }

    // MARK: Read

    func info() throws(VirtError) -> StoragePoolInfo {
        let pool = try current()
        let (state, sizes): (StoragePoolState, _) = (pool.isActive ? .running : .inactive, pool.content.sizes)
        return StoragePoolInfo(
            state: UInt8(clamping: state.rawValue), capacity: sizes.capacity, allocation: sizes.allocation,
            available: sizes.available)
    }

    func xmlDesc(flags: StorageXMLFlags) throws(VirtError) -> String {
        try flags.require(.inactive, in: "storagePoolGetXMLDesc", from: .storage)
        return try current().document(ofNextTime: flags.contains(.inactive)).text(from: .storage)
    }

    func autostart() throws(VirtError) -> Bool { try current().isAutostarted }
    func isActive() throws(VirtError) -> Bool { try current().isActive }
    func isPersistent() throws(VirtError) -> Bool { try current().isPersistent }

    // MARK: Change

    func create(flags: StoragePoolCreateFlags) async throws(VirtError) {
        try flags.require(.known, in: "storagePoolCreate", from: .storage)
        try await driver.create(reference, flags)
    }

    func build(flags: StoragePoolBuildFlags) async throws(VirtError) {
        try await driver.build(reference, flags)
    }

    func destroy() async throws(VirtError) { try await driver.destroy(reference) }

    func delete(flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try await driver.delete(reference, flags)
    }

    func undefine() async throws(VirtError) { try await driver.undefine(reference) }

    func refresh(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "storagePoolRefresh", from: .storage)
        try await driver.refresh(reference)
    }

    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await driver.setAutostart(reference, autostart)
    }

    // MARK: Volumes

    func numOfVolumes() throws(VirtError) -> Int32 { Int32(clamping: try active().content.count) }
    func listVolumes() throws(VirtError) -> [String] { try active().content.all.map(\.definition.name) }

    func listAllVolumes(flags: UInt32) throws(VirtError) -> [StorageVolReference] {
        try flags.require(in: "storagePoolListAllVolumes", from: .storage)
        let pool = try active()
        return pool.content.all.map { $0.reference(in: pool) }
    }

    func storageVolLookupByName(name: String) throws(VirtError) -> StorageVolReference {
        let pool = try active()
        if let volume = pool.content[name] { return volume.reference(in: pool) }
        throw StorageDriver.noVolume(named: name)
    }

    func storageVolCreateXML(
        xml: String, flags: StorageVolCreateFlags
    ) async throws(VirtError) -> StorageVolReference {
        try flags.require([.preallocMetadata, .validate], in: "storageVolCreateXML", from: .storage)
        let pool = try active()
        try await DocumentSchema.storageVolume.check(xml, if: flags.contains(.validate))
        let order = try VolumeOrder(xml, for: pool.definition.backend(driver), flags)
        if pool.content[order.volume.name] != nil { throw order.taken }
        return try await driver.make(order, in: pool)
    }

    func storageVolCreateXMLFrom(
        xml: String, clonevol: StorageVolReference, flags: StorageVolCreateFlags
    ) async throws(VirtError) -> StorageVolReference {
        try flags.require(
            [.preallocMetadata, .reflink, .validate], in: "storageVolCreateXMLFrom", from: .storage)
        let pool = try active()
        try await DocumentSchema.storageVolume.check(xml, if: flags.contains(.validate))
        let sourcePool = try driver.registry.object(named: clonevol.pool)
        try sourcePool.requireActive()
        guard let known = sourcePool.content[clonevol.name] else {
            throw StorageDriver.noVolume(named: clonevol.name)
        }
        if sourcePool.uuid != pool.uuid {
            try sourcePool.definition.backend(driver).requireLocal(to: "volume download")
        }
        try known.requireReadable()
        let source = try await driver.current(clonevol.name, in: sourcePool).definition
        let order = try VolumeOrder(xml, for: pool.definition.backend(driver), from: source, flags)
        if pool.content[order.volume.name] != nil { throw order.taken }
        return try await driver.using(known, in: sourcePool, isReading: true) { (_) async throws(VirtError) in
            try await driver.make(order, in: pool)
        }
    }
}

extension StoragePoolCreateFlags {
    /// All that there are.
    static var known: Self { [.withBuild, .withBuildOverwrite, .withBuildNoOverwrite] }
}
