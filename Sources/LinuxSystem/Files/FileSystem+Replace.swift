import ByteText
import CLinux
import Glibc

extension FileSystem {
    /// How the names of files that are not yet in place begin. Left behind only by a process that was killed.
    public static let temporaryPrefix = ".roost-"

    /// Puts `content` at `path` so that a reader, or a restart after a power cut, finds the old content or the
    /// new, never a part: a new file beside it, on the disk before it is moved into place, the directory synced.
    ///
    /// - Parameters:
    ///   - mode: the exact permission bits, whatever the umask.
    ///   - owner: whom to give the file to; its maker when nil.
    ///   - survivesPowerCut: false for what means nothing after the machine has stopped: nothing is synced, and
    ///     only readers and restarts of programs never find a part.
    public static func replace(
        _ path: String, with content: some Collection<UInt8>, mode: UInt32 = 0o600,
        owner: FileOwner? = nil, survivesPowerCut: Bool = true
    ) throws(SystemError) {
        let directory = try open(parent(of: path) ?? "/", .directory)
        let temporary = temporaryPrefix + Random.hexadecimal(bytes: 8)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = Descriptor(
            owning: try checked("open", path) {
                clinux_openat(directory.rawValue, temporary, flags, 0o600)
            })
        do throws(SystemError) {
            if let owner { try file.setOwner(user: owner.user, group: owner.group) }
            try file.setMode(mode)
            try file.writeAll(content)
            if survivesPowerCut { try file.synchronizeBefore(changeOf: directory) }
            try checked("rename", path) {
                renameat(directory.rawValue, temporary, directory.rawValue, lastPart(of: path))
            }
        } catch {
            unlinkat(directory.rawValue, temporary, 0)
            throw SystemError(call: error.call, errno: error.errno, context: path)
        }
        if survivesPowerCut { try directory.synchronize() }
    }

    /// Puts text at `path` in the same way.
    public static func replace(
        _ path: String, with text: String, mode: UInt32 = 0o600, owner: FileOwner? = nil,
        survivesPowerCut: Bool = true
    ) throws(SystemError) {
        try replace(
            path, with: text.utf8, mode: mode, owner: owner, survivesPowerCut: survivesPowerCut)
    }

    /// Removes a file so that it stays removed after a power cut; false when nothing was there.
    @discardableResult
    public static func removeDurably(_ path: String) throws(SystemError) -> Bool {
        guard try remove(path) else { return false }
        try open(parent(of: path) ?? "/", .directory).synchronize()
        return true
    }

    /// Whether a file's name is one that `replace` makes up: no other name is the same and no longer.
    private static func isTemporary(_ name: String) -> Bool {
        guard let number = name.droppingBytePrefix(temporaryPrefix) else { return false }
        return number.utf8.count == 16 && number.consists(ofBytesIn: "0123456789abcdef")
    }

    /// Removes what `replace` may have left in a directory when its process was killed.
    public static func removeLeftovers(in directory: String) throws(SystemError) {
        for name in try names(in: directory) where isTemporary(name) {
            try remove("\(directory)/\(name)")
        }
    }
}

/// The user and group, by number, that a file belongs to.
public struct FileOwner: Hashable, Sendable {
    public var user: UInt32
    public var group: UInt32

    public init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}
