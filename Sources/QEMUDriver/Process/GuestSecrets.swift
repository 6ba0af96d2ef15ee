import ByteText
import LinuxSystem
import QEMUModel
import Sealing
import Virt
import VirtDriver
import VirtXML

/// What is secret about one guest, for its QEMU and its helpers.
struct GuestSecrets: Sendable {
    /// Who keeps the values.
    let source: any SecretSource
    /// What QEMU of this guest alone can read; nil where only helpers are to be told.
    var cipher: BlockCipher?

    /// Something secret as QEMU is told it.
    func sealed(_ content: SecretContent) throws(ConfigurationError) -> QEMUSecret {
        guard let cipher else { throw .failed("the guest's key can't be read") }
        let (encrypted, vector) = cipher.encrypt(try value(of: content))
        return QEMUSecret(data: text(Base64.encode(encrypted)), iv: text(Base64.encode(vector)))
    }

    /// Something secret as it is, for a helper to read from a pipe.
    func clear(_ content: SecretContent) throws(ConfigurationError) -> [UInt8] {
        try value(of: content).withBytes { Array($0) }
    }

    private func value(of content: SecretContent) throws(ConfigurationError) -> SecretBytes {
        do throws(VirtError) {
            switch content {
            case .text(let text): return SecretBytes(text.utf8)
            case .kept(let reference, let usage):
                if let uuid = reference.uuid { return try source.secretValue(uuid: uuid, for: usage) }
                return try source.secretValue(for: usage, reference.usage ?? "")
            }
        } catch {
            throw .refused(error)
        }
    }

    private func text(_ letters: [UInt8]) -> String { String(decoding: letters, as: UTF8.self) }
}

extension GuestSecrets {
    /// Secrets from `source`, under a key that is forgotten at once.
    init(forNobodyFrom source: any SecretSource) {
        self.init(source: source, cipher: BlockCipher(key: BlockCipher.freshKey()))
    }
}

extension QEMUResources {
    /// Shows that something is secret in place of what it is: for command lines that nobody runs.
    mutating func concealSecrets() {
        secret = { (_) throws(ConfigurationError) in QEMUSecret(data: "(secret)", iv: "(secret)") }
    }
}
