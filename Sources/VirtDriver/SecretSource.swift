import LinuxSystem
import Virt

/// Who gives drivers the values of secrets. Unlike a client, a driver gets those of private ones too.
public protocol SecretSource: Sendable {
    /// The value of the secret with this identity; throws `noSecret` where there is none, or no value, and `invalidArg`
    /// where it is for another use.
    func secretValue(uuid: UUID, for usage: SecretUsageType) throws(VirtError) -> SecretBytes
    /// The value of the secret for this use; throws as above.
    func secretValue(for usage: SecretUsageType, _ id: String) throws(VirtError) -> SecretBytes
}

/// A host that keeps no secrets.
public struct NoSecretSource: SecretSource {
    public init() {}

    public func secretValue(uuid: UUID, for usage: SecretUsageType) throws(VirtError) -> SecretBytes {
        throw VirtError(.noSecret, "no secret with matching uuid '\(uuid)'", from: .secret)
    }

    public func secretValue(for usage: SecretUsageType, _ id: String) throws(VirtError) -> SecretBytes {
        throw VirtError(.noSecret, "no secret with matching usage '\(id)'", from: .secret)
    }
}
