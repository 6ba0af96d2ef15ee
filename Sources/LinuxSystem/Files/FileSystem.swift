import CLinux
import Glibc

/// Files by path. All of these may wait on the disk or a dead server: call them within `Blocking.run`.
public enum FileSystem {
    /// Opens a file. A file made by it gets `mode` less the umask.
    public static func open(
        _ path: String, _ options: OpenOptions = .readOnly, mode: UInt32 = 0o600,
        links: LinkPolicy = .follow
    ) throws(SystemError) -> Descriptor {
        if links == .trusted { return try openTrusted(path, options, mode: mode) }
        var flags = options.rawValue | O_CLOEXEC | O_NOCTTY
        if links == .refuseLast { flags |= O_NOFOLLOW }
        let number: Int32
        if links == .refuseAll {
            var how = open_how()
            how.flags = UInt64(UInt32(bitPattern: flags))
            how.mode = options.contains(.create) ? UInt64(mode) : 0
            how.resolve = UInt64(RESOLVE_NO_SYMLINKS)
            number = try checked("open", path) { clinux_openat2(AT_FDCWD, path, how) }
        } else {
            number = try checked("open", path) { clinux_openat(AT_FDCWD, path, flags, mode) }
        }
        return Descriptor(owning: number)
    }

    /// The whole content; `EFBIG` when it is more than `limit` bytes. Never waits on a pipe or device.
    public static func read(
        _ path: String, limit: Int, links: LinkPolicy = .follow
    ) throws(SystemError) -> [UInt8] {
        let file = try open(path, [.readOnly, .nonBlocking], links: links)
        do throws(SystemError) {
            return try file.readToEnd(limit: limit)
        } catch {
            throw SystemError(call: error.call, errno: error.errno, context: path)
        }
    }

    /// What the content begins with, at most `count` bytes. Never waits on a pipe or device.
    public static func readStart(of path: String, count: Int) throws(SystemError) -> [UInt8] {
        let file = try open(path, [.readOnly, .nonBlocking])
        do throws(SystemError) {
            return try file.readOnce(atMost: count)
        } catch {
            throw SystemError(call: error.call, errno: error.errno, context: path)
        }
    }

    /// The whole content as text; what is not UTF-8 in it is replaced.
    public static func readText(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> String {
        String(decoding: try read(path, limit: limit), as: UTF8.self)
    }

    /// Facts about what stands at `path`.
    public static func status(
        of path: String, links: LinkPolicy = .follow
    ) throws(SystemError) -> FileStatus {
        if links == .refuseAll || links == .trusted {
            return try open(path, .pathOnly, links: links).status()
        }
        var facts = stat()
        let flags = links == .follow ? 0 : AT_SYMLINK_NOFOLLOW
        try checked("stat", path) { fstatat(AT_FDCWD, path, &facts, flags) }
        return FileStatus(facts)
    }

    /// Whether something stands at `path`, links followed.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether this process may open `path` for reading, writing or executing (`R_OK` and so on, or-ed).
    public static func isAccessible(_ path: String, _ wanted: Int32) -> Bool {
        faccessat(AT_FDCWD, path, wanted, AT_EACCESS) == 0
    }

    /// Moves a file onto another name in the same file system, replacing what stands there.
    public static func rename(_ old: String, to new: String) throws(SystemError) {
        try checked("rename", old) { Glibc.rename(old, new) }
    }

    /// Removes a file, link, socket or empty directory; false when nothing was there.
    @discardableResult
    public static func remove(_ path: String) throws(SystemError) -> Bool {
        if unlink(path) == 0 { return true }
        switch Glibc.errno {
        case ENOENT: return false
        case EISDIR: break
        default: throw .current("unlink", path)
        }
        try checked("rmdir", path) { rmdir(path) }
        return true
    }

    /// Makes a symbolic link at `path` that leads to `target`.
    public static func makeLink(at path: String, to target: String) throws(SystemError) {
        try checked("symlink", path) { symlink(target, path) }
    }

    /// Where a symbolic link leads.
    public static func readLink(_ path: String) throws(SystemError) -> String {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) {
            (buffer) throws(SystemError) in
            let count = try checked("readlink", path) {
                buffer.baseAddress.map { readlink(path, $0, buffer.count) } ?? 0
            }
            return String(decoding: buffer.prefix(count).lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// The path with every link and `..` resolved.
    public static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw .current("realpath", path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
