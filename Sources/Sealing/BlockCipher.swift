import CNettle
import LinuxSystem

/// AES-256-CBC with padding, as QEMU takes what it is told in secret: `-object secret,format=base64,keyid=…,iv=…`.
public struct BlockCipher: Sendable {
    /// The length of its key in bytes.
    private static let keyLength = 32
    private static let blockLength = 16

    private let key: SecretBytes

    /// A cipher with this key; nil where the key hasn't the length that it must have.
    public init?(key: SecretBytes) {
        guard key.count == Self.keyLength else { return nil }
        self.key = key
    }

    /// A key that nobody has had before.
    public static func freshKey() -> SecretBytes { SecretBytes(Random.bytes(keyLength)) }

    /// `content`, padded as PKCS #7 says, under a fresh initial vector.
    public func encrypt(_ content: SecretBytes) -> (encrypted: [UInt8], vector: [UInt8]) {
        let padding = Self.blockLength - content.count % Self.blockLength
        var clear = content.withBytes { Array($0) } + [UInt8](repeating: UInt8(padding), count: padding)
        defer { SecretBytes.wipe(&clear) }
        let vector = Random.bytes(Self.blockLength)
        var (encrypted, chained) = ([UInt8](repeating: 0, count: clear.count), vector)
        var cipher = aes256_ctx()
        key.withBytes { key in
            if let start = key.assumingMemoryBound(to: UInt8.self).baseAddress {
                nettle_aes256_set_encrypt_key(&cipher, start)
            }
        }
        nettle_cbc_aes256_encrypt(&cipher, &chained, clear.count, &encrypted, clear)
        withUnsafeMutableBytes(of: &cipher) { SecretBytes.wipe($0) }
        return (encrypted, vector)
    }
}
