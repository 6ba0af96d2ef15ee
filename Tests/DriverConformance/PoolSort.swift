import Virt
import VirtDriver

/// Storage pools, as checks try them.
public struct PoolSort: StartableSort {
    public let connection: any DriverConnection
    public let differences: ObjectDifferences
    /// Where their folders are; nil where they are nowhere.
    private let folder: String?

    /// - Parameter folder: where their folders are made; nil where they are nowhere.
    public init(
        _ connection: any DriverConnection, _ differences: ObjectDifferences = ObjectDifferences(),
        folder: String? = nil
    ) {
        (self.connection, self.differences, self.folder) = (connection, differences, folder)
    }

    public var description: String { "storage pools" }
    public var subject: EventSubject { .storagePool }
    public var missing: ErrorNumber { .noStoragePool }
    public var stopped: Int32 { StoragePoolEventLifecycleType.stopped.rawValue }
    public var listGroups: [UInt32] { StartableFlags.usual.groups }

    private var starting: StoragePoolCreateFlags { folder == nil ? [] : .withBuild }
    private var service: any StorageService { connection.storage }
    private func pool(_ it: TriedObject) throws(VirtError) -> any StoragePoolOperations {
        try service.storagePool(StoragePoolReference(name: it.name, uuid: it.uuid))
    }

    public func document(_ it: TriedObject, _: ObjectVariant) -> String {
        """
        <pool type='dir'><name>\(it.name)</name><uuid>\(it.uuid)</uuid>
          <target><path>\(folder ?? "/conformance")/\(it.name)</path></target></pool>
        """
    }
    public func define(_ document: String) async throws(VirtError) {
        _ = try await service.storagePoolDefineXML(xml: document, flags: [])
    }
    public func create(_ document: String) async throws(VirtError) {
        _ = try await service.storagePoolCreateXML(xml: document, flags: starting)
    }
    public func undefine(_ it: TriedObject) async throws(VirtError) { try await pool(it).undefine() }
    public func xml(_ it: TriedObject) async throws(VirtError) -> String {
        try await pool(it).xmlDesc(flags: [])
    }
    public func find(name: String) async throws(VirtError) -> UUID {
        try await service.storagePoolLookupByName(name: name).uuid
    }
    public func find(uuid: UUID) async throws(VirtError) -> UUID {
        try await service.storagePoolLookupByUUID(uuid: uuid).uuid
    }
    public func list(_ flags: UInt32) async throws(VirtError) -> [UUID] {
        try await service.listAllStoragePools(flags: .init(rawValue: flags)).map(\.uuid)
    }
    public func truths(_ it: TriedObject, _: ObjectVariant) async throws(VirtError) -> UInt32 {
        try await StartableFlags.usual.truths(self, it)
    }
    public func start(_ it: TriedObject) async throws(VirtError) {
        try await pool(it).create(flags: starting)
    }
    public func stop(_ it: TriedObject) async throws(VirtError) { try await pool(it).destroy() }
    public func isActive(_ it: TriedObject) async throws(VirtError) -> Bool { try await pool(it).isActive() }
    public func isPersistent(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await pool(it).isPersistent()
    }
    public func autostart(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await pool(it).autostart()
    }
    public func setAutostart(_ it: TriedObject, _ starts: Bool) async throws(VirtError) {
        try await pool(it).setAutostart(autostart: starts)
    }
}
