import DriverKit
import LinuxSystem
import Sealing
import Virt
import VirtDriver
import VirtXML

/// The calls on one secret.
struct LocalSecret: SecretOperations {
    let driver: SecretDriver
    let uuid: UUID
    let client: Client

    func xmlDesc(flags: UInt32) throws(VirtError) -> String {
        try flags.require(in: "secretGetXMLDesc", from: .secret)
        return try driver.registry.object(uuid).definition.text(from: .secret)
    }

    /// The value; never over a connection that only reads, and never that of a private secret.
    func value(flags: UInt32) throws(VirtError) -> [UInt8] {
        try flags.require(in: "secretGetValue", from: .secret)
        if client.isReadOnly {
            throw VirtError(
                .operationDenied, "read only access prevents virSecretGetValue", from: .secret)
        }
        let secret = try driver.registry.object(uuid)
        if secret.definition.isPrivate {
            throw VirtError(.invalidSecret, "secret is private", from: .secret)
        }
        return try secret.requireValue().withBytes { Array($0) }
    }

    func setValue(value: [UInt8], flags: UInt32) async throws(VirtError) {
        try flags.require(in: "secretSetValue", from: .secret)
        if value.isEmpty { throw .null("value", in: "virSecretSetValue", from: .secret) }
        if value.count > SealedValues.largest {
            throw VirtError(.invalidArg, "the value has more than 65536 bytes", from: .secret)
        }
        let (driver, uuid, bytes) = (driver, uuid, SecretBytes(value))
        try await driver.registry.change { () throws(VirtError) in
            var secret = try driver.registry.object(uuid)
            secret.value = bytes
            let told = Event.secretValueChanged(SecretValueChangedEvent(secret: secret.reference))
            try driver.keep(secret, telling: told)
        }
    }

    func undefine() async throws(VirtError) {
        let (driver, uuid) = (driver, uuid)
        try await driver.registry.change { () throws(VirtError) in
            let told = try driver.registry.object(uuid).event(.undefined)
            try driver.registry.remove(uuid, telling: told, in: driver.events) { () throws(VirtError) in
                try driver.files.remove(uuid)
            }
        }
    }
}
