import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// The vocabulary's, not the one that stands in documents of domains.
typealias SecretReference = Virt.SecretReference

/// A secret as it is now.
struct StoredSecret: RegisteredObject {
    let uuid: UUID
    var definition: SecretDefinition
    var value: SecretBytes?

    static let kind = ObjectKind<SecretReference>(
        noun: "secret", missing: .noSecret, origin: .secret,
        filter: ListFilter(groups: [
            ConnectListAllSecretsFlags([.ephemeral, .noEphemeral]).rawValue,
            ConnectListAllSecretsFlags([.private, .noPrivate]).rawValue,
        ])
    ) { .secretLifecycle(SecretLifecycleEvent(secret: $0, event: $1, detail: 0)) }

    var reference: SecretReference {
        SecretReference(uuid: uuid, usageType: definition.usage.type.rawValue, usageID: definition.usage.id)
    }

    /// What tells of a change in its life.
    func event(_ change: SecretEventLifecycleType) -> Event {
        Self.kind.lifecycle(reference, change.rawValue)
    }

    var name: ByteName? {
        definition.usage == .none ? nil : Self.name(definition.usage.type.rawValue, definition.usage.id)
    }

    /// What a secret is found by that is for this use.
    static func name(_ type: Int32, _ id: String) -> ByteName { ByteName("\(type) \(id)") }

    var listFlags: UInt32 {
        let flags: ConnectListAllSecretsFlags = [
            definition.ephemeral ? .ephemeral : .noEphemeral, definition.isPrivate ? .private : .noPrivate,
        ]
        return flags.rawValue
    }

    /// The value; throws where none was set.
    func requireValue() throws(VirtError) -> SecretBytes {
        if let value { return value }
        throw VirtError(.noSecret, "secret '\(uuid)' does not have a value", from: .secret)
    }
}

extension SecretDefinition.Usage {
    /// The kind of use, by libvirt's number.
    var type: SecretUsageType { kind.type }
}
