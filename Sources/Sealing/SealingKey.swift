import CNettle
import LinuxSystem

/// A key that seals what is written to a disk: AES-256-GCM, by nettle.
public struct SealingKey: Sendable {
    /// Its length in bytes.
    public static let length = 32
    private static let nonceLength = 12
    private static let tagLength = 16
    /// How what is sealed begins, so that another form can follow one day.
    private static let mark = Array("roost-sealed-1\n".utf8)

    private let bytes: SecretBytes

    /// A key of these bytes; nil where there aren't exactly as many as one has.
    public init?(_ bytes: SecretBytes) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// `content` sealed with a fresh nonce, so that it can be opened for the same `purpose` only.
    public func seal(_ content: SecretBytes, for purpose: [UInt8]) -> [UInt8] {
        let nonce = Random.bytes(Self.nonceLength)
        var (sealed, tag) = ([UInt8](repeating: 0, count: content.count), Self.emptyTag)
        withCipher(nonce, purpose) { cipher in
            content.withBytes { clear in
                nettle_gcm_aes256_encrypt(
                    &cipher, clear.count, &sealed, clear.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            nettle_gcm_aes256_digest(&cipher, tag.count, &tag)
        }
        return Self.mark + nonce + sealed + tag
    }

    /// What was sealed with this key for this purpose; nil for anything else, and where a bit of it has changed.
    public func open(_ sealed: [UInt8], for purpose: [UInt8]) -> SecretBytes? {
        let overhead = Self.mark.count + Self.nonceLength + Self.tagLength
        guard sealed.count >= overhead, sealed.starts(with: Self.mark) else { return nil }
        let rest = sealed.dropFirst(Self.mark.count)
        let nonce = Array(rest.prefix(Self.nonceLength))
        let body = Array(rest.dropFirst(Self.nonceLength).dropLast(Self.tagLength))
        var tag = Self.emptyTag
        let content = SecretBytes(count: body.count) { clear in
            withCipher(nonce, purpose) { cipher in
                nettle_gcm_aes256_decrypt(
                    &cipher, body.count, clear.assumingMemoryBound(to: UInt8.self).baseAddress, body)
                nettle_gcm_aes256_digest(&cipher, tag.count, &tag)
            }
        }
        // Compared in a time that doesn't tell where the difference is.
        return nettle_memeql_sec(tag, Array(rest.suffix(Self.tagLength)), tag.count) == 1 ? content : nil
    }

    private static let emptyTag = [UInt8](repeating: 0, count: tagLength)

    /// Lends a cipher with this key in it, and wipes it afterwards.
    private func withCipher(_ nonce: [UInt8], _ purpose: [UInt8], _ body: (inout gcm_aes256_ctx) -> Void) {
        var cipher = gcm_aes256_ctx()
        bytes.withBytes { key in
            if let start = key.assumingMemoryBound(to: UInt8.self).baseAddress {
                nettle_gcm_aes256_set_key(&cipher, start)
            }
        }
        nettle_gcm_aes256_set_iv(&cipher, nonce.count, nonce)
        nettle_gcm_aes256_update(&cipher, purpose.count, purpose)
        body(&cipher)
        withUnsafeMutableBytes(of: &cipher) { SecretBytes.wipe($0) }
    }
}
