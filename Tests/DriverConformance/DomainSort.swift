import Virt
import VirtDriver

/// Domains, as checks of all sorts of objects try them.
public struct DomainSort: StartableSort {
    private let tried: ConformanceSubject
    public let differences: ObjectDifferences

    public init(_ tried: ConformanceSubject) {
        self.tried = tried
        var differences = ObjectDifferences()
        differences.startWhileActive = tried.differences.createWhileRunning
        differences.undefineWhileActive = nil
        self.differences = differences
    }

    public var description: String { "domains" }
    public var connection: any DriverConnection { tried.connection }
    public var subject: EventSubject { .domain }
    public var missing: ErrorNumber { .noDomain }
    public var stopped: Int32 { DomainEventType.stopped.rawValue }
    public var listGroups: [UInt32] { StartableFlags.domains.groups }

    private var service: any HypervisorService { connection.hypervisor }
    private func domain(_ it: TriedObject) throws(VirtError) -> any DomainOperations {
        try service.domain(DomainReference(name: it.name, uuid: it.uuid, id: -1))
    }

    public func document(_ it: TriedObject, _: ObjectVariant) -> String { tried.document(it.name, it.uuid) }
    public func define(_ document: String) async throws(VirtError) {
        _ = try await service.domainDefineXML(xml: document)
    }
    public func create(_ document: String) async throws(VirtError) {
        _ = try await service.domainCreateXML(xml: document, flags: [])
    }
    public func undefine(_ it: TriedObject) async throws(VirtError) { try await domain(it).undefine() }
    public func xml(_ it: TriedObject) async throws(VirtError) -> String {
        try await domain(it).xmlDesc(flags: [.inactive, .secure])
    }
    public func find(name: String) async throws(VirtError) -> UUID {
        try await service.domainLookupByName(name: name).uuid
    }
    public func find(uuid: UUID) async throws(VirtError) -> UUID {
        try await service.domainLookupByUUID(uuid: uuid).uuid
    }
    public func list(_ flags: UInt32) async throws(VirtError) -> [UUID] {
        try await service.listAllDomains(flags: .init(rawValue: flags)).map(\.uuid)
    }
    public func truths(_ it: TriedObject, _: ObjectVariant) async throws(VirtError) -> UInt32 {
        try await StartableFlags.domains.truths(self, it)
    }
    public func start(_ it: TriedObject) async throws(VirtError) { try await domain(it).create() }
    public func stop(_ it: TriedObject) async throws(VirtError) { try await domain(it).destroy() }
    public func isActive(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await domain(it).isActive()
    }
    public func isPersistent(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await domain(it).isPersistent()
    }
    public func autostart(_ it: TriedObject) async throws(VirtError) -> Bool {
        try await domain(it).autostart()
    }
    public func setAutostart(_ it: TriedObject, _ starts: Bool) async throws(VirtError) {
        try await domain(it).setAutostart(autostart: starts)
    }
}
