import DriverKit
import Virt
import VirtDriver
import VirtXML

/// The calls on one storage pool of the test host.
struct TestStoragePool: StoragePoolOperations {
    let reference: StoragePoolReference
    let pools: ObjectRegistry<TestPoolState>
    let events: EventHub

    func current() throws(VirtError) -> TestPoolState {
        if let pool = pools[reference.uuid] { return pool }
        throw missing
    }

    private var missing: VirtError { TestPoolState.kind.none(matching: "name '\(reference.name)'") }

    func change<Result: Sendable>(
        telling event: Event? = nil,
        _ body: @escaping @Sendable (inout TestPoolState) throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        try await pools.change(reference.uuid, orElse: missing, telling: events) {
            (pool, told) throws(VirtError) -> Result in
            let result = try body(&pool)
            if let event { told.append(event) }
            return result
        }
    }

    /// Changes a pool that is active, or one that isn't.
    private func change(
        whileActive isActive: Bool, _ event: StoragePoolEventLifecycleType,
        _ body: @escaping @Sendable (inout TestPoolState) -> Void = { _ in }
    ) async throws(VirtError) {
        let told = TestPoolState.kind.lifecycle(reference, event.rawValue)
        try await change(telling: told) { (pool) throws(VirtError) in
            try pool.require(isActive: isActive)
            body(&pool)
        }
    }

    // MARK: Read

    func info() throws(VirtError) -> StoragePoolInfo {
        let pool = try current()
        let state: StoragePoolState = pool.isActive ? .running : .inactive
        return StoragePoolInfo(
            state: UInt8(clamping: state.rawValue), capacity: TestPoolState.capacity,
            allocation: pool.allocation, available: pool.available)
    }

    func xmlDesc(flags: StorageXMLFlags) throws(VirtError) -> String {
        try flags.require(in: "testStoragePoolGetXMLDesc", from: .test)
        return try current().document.text(from: .test)
    }

    func autostart() throws(VirtError) -> Bool { try current().isAutostarted }
    func isActive() throws(VirtError) -> Bool { try current().isActive }
    func isPersistent() throws(VirtError) -> Bool { try current().isPersistent }

    // MARK: Change

    func create(flags: StoragePoolCreateFlags) async throws(VirtError) {
        try flags.require(in: "testStoragePoolCreate", from: .test)
        try await change(whileActive: false, .started) { $0.live = $0.persistent }
    }

    func destroy() async throws(VirtError) { try await change(whileActive: true, .stopped) { $0.live = nil } }

    func build(flags: StoragePoolBuildFlags) async throws(VirtError) {
        try flags.require(in: "testStoragePoolBuild", from: .test)
        try await change(whileActive: false, .created)
    }

    func delete(flags: StoragePoolDeleteFlags) async throws(VirtError) {
        try flags.require(in: "testStoragePoolDelete", from: .test)
        try await change(whileActive: false, .deleted)
    }

    func undefine() async throws(VirtError) {
        try await change(whileActive: false, .undefined) { $0.persistent = nil }
    }

    func refresh(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "testStoragePoolRefresh", from: .test)
        let told = Event.storagePoolRefresh(StoragePoolRefreshEvent(pool: reference))
        try await change(telling: told) { (pool) throws(VirtError) in try pool.require(isActive: true) }
    }

    func setAutostart(autostart: Bool) async throws(VirtError) {
        try await change { (pool) throws(VirtError) in
            if !pool.isPersistent { throw VirtError(.invalidArg, "pool has no config file", from: .test) }
            pool.isAutostarted = autostart
        }
    }
}
