import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// The secrets as one client sees them: found, listed, defined.
struct LocalSecretService: SecretService {
    let driver: SecretDriver
    let client: Client

    func secret(_ reference: SecretReference) -> any SecretOperations {
        LocalSecret(driver: driver, uuid: reference.uuid, client: client)
    }

    func secretLookupByUUID(uuid: UUID) throws(VirtError) -> SecretReference {
        try driver.registry.object(uuid).reference
    }

    func secretLookupByUsage(usageType: Int32, usageID: String) throws(VirtError) -> SecretReference {
        try driver.secret(usageType, usageID).reference
    }

    func numOfSecrets() -> Int32 { Int32(clamping: driver.registry.all.count) }
    func listSecrets() -> [String] { driver.registry.all.map { "\($0.uuid)" } }

    func listAllSecrets(flags: ConnectListAllSecretsFlags) throws(VirtError) -> [SecretReference] {
        try driver.registry.list(flags.rawValue, in: "secretConnectListAllSecrets")
    }

    func secretDefineXML(xml: String, flags: SecretDefineFlags) async throws(VirtError) -> SecretReference {
        try flags.require(.validate, in: "secretDefineXML", from: .secret)
        try await DocumentSchema.secret.check(xml, if: flags.contains(.validate))
        return try await driver.define(try SecretDefinition(document: xml, from: .secret))
    }
}

extension SecretDriver {
    /// Defines a secret, or changes the definition of one; its value stays.
    func define(_ definition: SecretDefinition) async throws(VirtError) -> SecretReference {
        try await registry.change { () throws(VirtError) in
            let uuid = definition.uuid ?? .random()
            var secret = StoredSecret(uuid: uuid, definition: definition)
            secret.definition.uuid = uuid
            let former = self.registry[uuid]
            secret.value = former?.value
            try self.check(secret, former)
            try self.keep(secret, telling: secret.event(.defined))
            return secret.reference
        }
    }

    /// Puts a secret there, of which the event tells. Of an ephemeral one nothing outlives the daemon.
    func keep(_ secret: StoredSecret, telling told: Event) throws(VirtError) {
        let isLasting = !secret.definition.ephemeral
        try registry.put(secret, telling: told, in: events, isLasting: isLasting) { () throws(VirtError) in
            try files.save(secret)
        }
    }

    /// A use belongs to one secret, a secret keeps what it is for, and a private one stays private.
    private func check(_ secret: StoredSecret, _ former: StoredSecret?) throws(VirtError) {
        if let former {
            let id = former.definition.usage.id
            if !id.hasSameBytes(as: secret.definition.usage.id) {
                throw refused(
                    "a secret with UUID \(secret.uuid) is already defined for use with "
                        + (id.isEmpty ? "(null)" : id))
            }
            if former.definition.isPrivate, !secret.definition.isPrivate {
                throw refused("cannot change private flag on existing secret")
            }
        }
        if let name = secret.name, let other = registry[name], other.uuid != secret.uuid {
            throw refused(
                "a secret with UUID \(other.uuid) already defined for use with \(other.definition.usage.id)")
        }
    }

    private func refused(_ message: String) -> VirtError {
        VirtError(.internalError, message, from: .secret)
    }
}
