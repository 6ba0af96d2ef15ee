import LinuxSystem
import Virt

/// Who gives drivers the values of secrets. Unlike a client, a driver gets those of private ones too.
public protocol SecretSource: Sendable {
    /// The value of the secret with this identity; throws `noSecret` where there is none, or no value.
    func secretValue(uuid: UUID) throws(VirtError) -> SecretBytes
    /// The value of the secret for this use; throws as above.
    func secretValue(for usage: SecretUsageType, _ id: String) throws(VirtError) -> SecretBytes
}
