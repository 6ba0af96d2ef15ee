import Virt
import VirtDriver

/// Networks, as checks try them.
public struct NetworkSort: StartableSort {
    public let connection: any DriverConnection
    public let differences: ObjectDifferences

    public init(_ connection: any DriverConnection, _ differences: ObjectDifferences = ObjectDifferences()) {
        (self.connection, self.differences) = (connection, differences)
    }

    public var description: String { "networks" }
    public var subject: EventSubject { .network }
    public var missing: ErrorNumber { .noNetwork }
    public var stopped: Int32 { NetworkEventLifecycleType.stopped.rawValue }
    public var listGroups: [UInt32] { StartableFlags.usual.groups }

    private var service: any NetworkService { connection.networks }
    private func network(_ it: TriedObject) throws(VirtError) -> any NetworkOperations {
        try service.network(NetworkReference(name: it.name, uuid: it.uuid))
    }

    public func document(_ it: TriedObject, _: ObjectVariant) -> String {
        "<network><name>\(it.name)</name><uuid>\(it.uuid)</uuid></network>"
    }
    public func define(_ document: String) async throws(VirtError) {
        _ = try await service.networkDefineXML(xml: document)
    }
    public func create(_ document: String) async throws(VirtError) {
        _ = try await service.networkCreateXML(xml: document)
    }
    public func undefine(_ it: TriedObject) async throws(VirtError) { try await network(it).undefine() }
    public func xml(_ it: TriedObject) async throws(VirtError) -> String {
        try await network(it).xmlDesc(flags: [])
    }
    public func find(name: String) async throws(VirtError) -> UUID {
        try await service.networkLookupByName(name: name).uuid
    }
    public func find(uuid: UUID) async throws(VirtError) -> UUID {
        try await service.networkLookupByUUID(uuid: uuid).uuid
    }
    public func list(_ flags: UInt32) async throws(VirtError) -> [UUID] {
        try await service.listAllNetworks(flags: .init(rawValue: flags)).map(\.uuid)
    }
    public func truths(_ it: TriedObject, _: ObjectVariant) async throws(VirtError) -> UInt32 {
        try await StartableFlags.usual.truths(self, it)
    }
    public func start(_ it: TriedObject) async throws(VirtError) { try await network(it).create() }
    public func stop(_ it: TriedObject) async throws(VirtError) { try await network(it).destroy() }
    public func isActive(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await network(it).isActive()
    }
    public func isPersistent(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await network(it).isPersistent()
    }
    public func autostart(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await network(it).autostart()
    }
    public func setAutostart(_ it: TriedObject, _ starts: Bool) async throws(VirtError) {
        try await network(it).setAutostart(autostart: starts)
    }
}

/// The flags by which lists choose objects that start and stop.
struct StartableFlags {
    let active, inactive, persistent, transient, autostart, noAutostart: UInt32

    /// Those of networks and pools.
    static let usual = StartableFlags(
        active: 2, inactive: 1, persistent: 4, transient: 8, autostart: 16, noAutostart: 32)
    /// Those of domains.
    static let domains = StartableFlags(
        active: 1, inactive: 2, persistent: 4, transient: 8, autostart: 1024, noAutostart: 2048)

    var groups: [UInt32] { [active | inactive, persistent | transient, autostart | noAutostart] }

    func truths(_ sort: some StartableSort, _ it: TriedObject) async throws(VirtError) -> UInt32 {
        let isActive = try await sort.isActive(it), isPersistent = try await sort.isPersistent(it)
        let starts = try await sort.autostart(it)
        return (isActive ? active : inactive) | (isPersistent ? persistent : transient)
            | (starts ? autostart : noAutostart)
    }
}
