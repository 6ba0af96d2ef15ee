import Virt
import VirtDriver

/// Secrets, as checks try them. What they are used for is their name.
public struct SecretSort: ObjectSort {
    public let connection: any DriverConnection
    public let differences: ObjectDifferences

    public init(_ connection: any DriverConnection) {
        self.connection = connection
        var differences = ObjectDifferences()
        differences.nameTaken = .internalError
        self.differences = differences
    }

    public var description: String { "secrets" }
    public var subject: EventSubject { .secret }
    public var missing: ErrorNumber { .noSecret }
    public var listGroups: [UInt32] {
        [
            ConnectListAllSecretsFlags([.ephemeral, .noEphemeral]).rawValue,
            ConnectListAllSecretsFlags([.private, .noPrivate]).rawValue,
        ]
    }
    public var variants: [ObjectVariant] { ObjectVariant.allCases }

    private var service: any SecretService { connection.secrets }
    private func secret(_ it: TriedObject) throws(VirtError) -> any SecretOperations {
        try service.secret(SecretReference(uuid: it.uuid, usageType: 0, usageID: ""))
    }

    public func document(_ it: TriedObject, _ variant: ObjectVariant) -> String {
        let (ephemeral, hidden) = (variant == .ephemeral ? "yes" : "no", variant == .private ? "yes" : "no")
        return """
            <secret ephemeral='\(ephemeral)' private='\(hidden)'><uuid>\(it.uuid)</uuid>
              <usage type='ceph'><name>\(it.name)</name></usage></secret>
            """
    }
    public func define(_ document: String) async throws(VirtError) {
        _ = try await service.secretDefineXML(xml: document, flags: [])
    }
    public func undefine(_ it: TriedObject) async throws(VirtError) { try await secret(it).undefine() }
    public func xml(_ it: TriedObject) async throws(VirtError) -> String {
        try await secret(it).xmlDesc(flags: 0)
    }
    public func find(name: String) async throws(VirtError) -> UUID {
        let ceph = SecretUsageType.ceph.rawValue
        return try await service.secretLookupByUsage(usageType: ceph, usageID: name).uuid
    }
    public func find(uuid: UUID) async throws(VirtError) -> UUID {
        try await service.secretLookupByUUID(uuid: uuid).uuid
    }
    public func list(_ flags: UInt32) async throws(VirtError) -> [UUID] {
        try await service.listAllSecrets(flags: .init(rawValue: flags)).map(\.uuid)
    }
    public func truths(_: TriedObject, _ variant: ObjectVariant) async throws(VirtError) -> UInt32 {
        var flags: ConnectListAllSecretsFlags = variant == .ephemeral ? .ephemeral : .noEphemeral
        flags.insert(variant == .private ? .private : .noPrivate)
        return flags.rawValue
    }
}
