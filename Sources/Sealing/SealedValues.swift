import ByteText
import Glibc
import LinuxSystem

/// Values on disk, each sealed for the object that it belongs to, in `NAME.sealed`. One that an older libvirt left plain in
/// `NAME.base64` is read too, until another is set.
///
/// Its calls wait for the disk.
public struct SealedValues: Sendable {
    private let folder: String
    private let noun: String
    private let keys: KeyFiles

    /// The largest value, in bytes.
    public static let largest = 65536
    /// What a value's file may have around it.
    private static let largestFile = 4 * largest

    /// - Parameter noun: what the objects are: a value that is sealed for one of another kind can't be opened.
    public init(folder: String, noun: String, keys: KeyFiles) {
        (self.folder, self.noun, self.keys) = (folder, noun, keys)
    }

    /// Puts the value of an object in its place, in one step.
    public func save(_ value: SecretBytes, of name: String) throws(SystemError) {
        try FileSystem.replace(path(name, "sealed"), with: keys.forSealing().seal(value, for: purpose(name)))
        try FileSystem.removeDurably(path(name, "base64"))
    }

    /// Removes the value of an object, if it has one.
    public func remove(_ name: String) throws(SystemError) {
        for suffix in ["sealed", "base64"] { try FileSystem.removeDurably(path(name, suffix)) }
    }

    /// The value of an object; nil where there is none. Throws `EBADMSG` where no key opens it.
    public func value(of name: String) throws(SystemError) -> SecretBytes? {
        let sealed = path(name, "sealed")
        guard FileSystem.exists(sealed) else { return try plainValue(path(name, "base64")) }
        let content = try FileSystem.read(sealed, limit: Self.largestFile)
        for key in try keys.forOpening() {
            if let value = key.open(content, for: purpose(name)) { return value }
        }
        throw SystemError(call: "open", errno: EBADMSG, context: sealed)
    }

    private func plainValue(_ path: String) throws(SystemError) -> SecretBytes? {
        guard FileSystem.exists(path) else { return nil }
        var text = try FileSystem.read(path, limit: Self.largestFile)
        var bytes = Base64.decode(text)
        defer {
            SecretBytes.wipe(&text)
            SecretBytes.wipe(&bytes)
        }
        return SecretBytes(bytes)
    }

    private func path(_ name: String, _ suffix: String) -> String { "\(folder)/\(name).\(suffix)" }

    /// A value is sealed for its object alone: under another's name it can't be opened.
    private func purpose(_ name: String) -> [UInt8] { Array("\(noun) \(name)".utf8) }
}
