import Glibc
import LinuxSystem

/// The keys under which something is on disk: one that systemd hands the daemon, if there is one, and the daemon's own,
/// which only its user reads.
public struct KeyFiles: Sendable {
    /// The name of the credential that systemd may hand over (`LoadCredentialEncrypted=`).
    public static let credential = "secrets-encryption-key"

    /// Where the daemon's own key is.
    private let path: String
    /// The folder in which systemd puts credentials.
    private let credentials: String?

    /// - Parameters:
    ///   - path: where the daemon's own key is, or will be.
    ///   - credentials: the folder in which systemd puts credentials; nil where there is none.
    public init(path: String, credentials: String?) { (self.path, self.credentials) = (path, credentials) }

    /// The key that new values are sealed with; made where there is none yet. May wait for the disk.
    public func forSealing() throws(SystemError) -> SealingKey {
        if let key = try handedOver() { return key }
        if let key = try key(at: path) { return key }
        var fresh = Random.bytes(SealingKey.length)
        defer { SecretBytes.wipe(&fresh) }
        if let folder = FileSystem.parent(of: path) {
            try FileSystem.makeDirectory(folder, mode: 0o700, parents: true)
        }
        try FileSystem.replace(path, with: fresh)
        return try required(SealingKey(SecretBytes(fresh)), path)
    }

    /// All that a value may have been sealed with.
    public func forOpening() throws(SystemError) -> [SealingKey] {
        [try handedOver(), try key(at: path)].compactMap { $0 }
    }

    private func handedOver() throws(SystemError) -> SealingKey? {
        guard let credentials else { return nil }
        return try key(at: "\(credentials)/\(Self.credential)")
    }

    /// The key in a file; nil where there is no file. One that holds no key is an error: it isn't overwritten.
    private func key(at path: String) throws(SystemError) -> SealingKey? {
        guard FileSystem.exists(path) else { return nil }
        var bytes = try FileSystem.read(path, limit: 4096)
        defer { SecretBytes.wipe(&bytes) }
        return try required(SealingKey(SecretBytes(bytes)), path)
    }

    private func required(_ key: SealingKey?, _ path: String) throws(SystemError) -> SealingKey {
        guard let key else { throw SystemError(call: "read", errno: EBADMSG, context: path) }
        return key
    }
}
