import DriverKit
import LinuxSystem
import Sealing
import Virt
import VirtXML

/// Secrets on disk, in libvirt's layout: `UUID.xml`, and the value beside it. Its calls wait for the disk.
///
/// Whatever order the daemon dies in, a value is never there without its definition.
struct SecretFiles: Sendable {
    let definitions: DefinitionStore<SecretDefinition>
    let values: SealedValues

    init(folder: String, keys: KeyFiles) {
        definitions = DefinitionStore(folder: folder, origin: .secret) { $0.uuid.map { "\($0)" } }
        values = SealedValues(folder: folder, noun: "secret", keys: keys)
    }

    /// Puts a secret on disk as it is now: an ephemeral one leaves nothing there.
    func save(_ secret: StoredSecret) throws(VirtError) {
        if secret.definition.ephemeral { return try remove(secret.uuid) }
        try definitions.save(secret.definition, as: "\(secret.uuid)")
        guard let value = secret.value else { return }
        try VirtError.reporting("cannot keep the value of secret '\(secret.uuid)'", from: .secret) {
            () throws(SystemError) in try values.save(value, of: "\(secret.uuid)")
        }
    }

    /// Removes a secret, its value first.
    func remove(_ uuid: UUID) throws(VirtError) {
        try VirtError.reporting("cannot remove the value of secret '\(uuid)'", from: .secret) {
            () throws(SystemError) in try values.remove("\(uuid)")
        }
        try definitions.remove("\(uuid)")
    }
}
