import ByteText
import DriverKit
import Glibc
import LinuxSystem
import Sealing
import Virt
import VirtXML

/// Secrets on disk, in libvirt's layout: `UUID.xml`, and the value in `UUID.sealed` beside it. A value that an older
/// libvirt left in `UUID.base64` is read too, until another is set.
///
/// Its calls wait for the disk. Whatever order the daemon dies in, a value is never there without its definition.
struct SecretFiles: Sendable {
    let definitions: DefinitionStore<SecretDefinition>
    let keys: KeyFiles

    init(folder: String, keys: KeyFiles) {
        definitions = DefinitionStore(folder: folder, origin: .secret)
        self.keys = keys
    }

    /// The largest value, as the protocol has it, and what its file may have around it.
    static let largestValue = 65536
    private static let largestFile = 4 * largestValue

    private func path(_ uuid: UUID, _ suffix: String) -> String {
        "\(definitions.documents.folder)/\(uuid).\(suffix)"
    }

    /// Puts a secret on disk as it is now: an ephemeral one leaves nothing there.
    func save(_ secret: StoredSecret) throws(VirtError) {
        if secret.definition.ephemeral { return try remove(secret.uuid) }
        try definitions.save(secret.definition, as: "\(secret.uuid)")
        guard let value = secret.value else { return }
        try VirtError.reporting("cannot keep the value of secret '\(secret.uuid)'", from: .secret) {
            () throws(SystemError) in
            let sealed = try keys.forSealing().seal(value, for: purpose(secret.uuid))
            try FileSystem.replace(path(secret.uuid, "sealed"), with: sealed)
            try FileSystem.removeDurably(path(secret.uuid, "base64"))
        }
    }

    /// Removes a secret, its value first.
    func remove(_ uuid: UUID) throws(VirtError) {
        try VirtError.reporting("cannot remove the value of secret '\(uuid)'", from: .secret) {
            () throws(SystemError) in
            for suffix in ["sealed", "base64"] { try FileSystem.removeDurably(path(uuid, suffix)) }
        }
        try definitions.remove("\(uuid)")
    }

    /// The value on disk; nil where there is none.
    func value(_ uuid: UUID) throws(SystemError) -> SecretBytes? {
        let (sealed, plain) = (path(uuid, "sealed"), path(uuid, "base64"))
        if FileSystem.exists(sealed) {
            let content = try FileSystem.read(sealed, limit: Self.largestFile)
            for key in try keys.forOpening() {
                if let value = key.open(content, for: purpose(uuid)) { return value }
            }
            throw SystemError(call: "open", errno: EBADMSG, context: sealed)
        }
        guard FileSystem.exists(plain) else { return nil }
        var text = try FileSystem.read(plain, limit: Self.largestFile)
        var bytes = Base64.decode(text)
        defer {
            SecretBytes.wipe(&text)
            SecretBytes.wipe(&bytes)
        }
        return SecretBytes(bytes)
    }

    /// A value is sealed for its secret alone: under another's name it can't be opened.
    private func purpose(_ uuid: UUID) -> [UInt8] { Array("secret \(uuid)".utf8) }
}
