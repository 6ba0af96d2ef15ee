import CLinux
import Glibc

/// An open directory. What is done by names in it happens there and nowhere else, whoever changes the path meanwhile.
/// All of these may wait on the disk or a dead server: call them within `Blocking.run`.
public struct Folder: Sendable {
    public let descriptor: Descriptor
    /// Where it was opened, for messages.
    public let path: String

    public init(_ path: String) throws(SystemError) {
        descriptor = try FileSystem.open(path, [.readOnly, .directory, .nonBlocking])
        self.path = path
    }

    /// The path of something in it.
    public func path(of name: String) -> String { "\(path)/\(name)" }

    /// Names in it, `.` and `..` aside, in the order that the file system has them in; `EFBIG` where there are more.
    public func names(atMost limit: Int) throws(SystemError) -> [String] {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let copy = Descriptor(
            owning: try checked("open", path) { clinux_openat(descriptor.rawValue, ".", flags, 0) })
        guard let stream = fdopendir(copy.rawValue) else { throw .current("opendir", path) }
        _ = copy.take()
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = String(cString: clinux_entry_name(entry))
            if name == "." || name == ".." { continue }
            if names.count == limit { throw SystemError(call: "readdir", errno: EFBIG, context: path) }
            names.append(name)
        }
        return names
    }

    /// Facts about what has a name here; a link isn't followed.
    public func status(of name: String) throws(SystemError) -> FileStatus {
        var facts = stat()
        try checked("stat", path(of: name)) {
            fstatat(descriptor.rawValue, name, &facts, AT_SYMLINK_NOFOLLOW)
        }
        return FileStatus(facts)
    }

    /// Opens what has a name here, never by a link, and without waiting for the other end of a pipe.
    public func open(
        _ name: String, _ options: OpenOptions = .readOnly, mode: UInt32 = 0o600
    ) throws(SystemError) -> Descriptor {
        let flags = options.rawValue | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK
        return Descriptor(
            owning: try checked("open", path(of: name)) {
                clinux_openat(descriptor.rawValue, name, flags, mode)
            })
    }

    public func makeFolder(_ name: String, mode: UInt32) throws(SystemError) {
        try checked("mkdir", path(of: name)) { mkdirat(descriptor.rawValue, name, mode) }
    }

    /// Gives something another name that nothing has; `EEXIST` where something has it.
    public func rename(_ name: String, toFree free: String) throws(SystemError) {
        let folder = descriptor.rawValue
        if renameat2(folder, name, folder, free, UInt32(CLINUX_RENAME_NOREPLACE)) == 0 { return }
        let failure = SystemError.current("rename", path(of: free))
        guard failure.errno == EINVAL || failure.errno == ENOSYS else { throw failure }
        // A file system that can't do it in one step: a second name is never put in place of another.
        try checked("link", path(of: free)) { linkat(folder, name, folder, free, 0) }
        try remove(name)
    }

    /// Removes a file, a link or an empty directory.
    public func remove(_ name: String, isFolder: Bool = false) throws(SystemError) {
        try checked(isFolder ? "rmdir" : "unlink", path(of: name)) {
            unlinkat(descriptor.rawValue, name, isFolder ? AT_REMOVEDIR : 0)
        }
    }

    /// Has the names in it last through a power cut.
    public func synchronize() throws(SystemError) { try descriptor.synchronize() }

    /// How much room its file system has, in bytes.
    public func room() throws(SystemError) -> FileSystemRoom {
        var facts = statvfs()
        try checked("statvfs", path) { fstatvfs(descriptor.rawValue, &facts) }
        let block = UInt64(facts.f_frsize)
        let total = block &* UInt64(facts.f_blocks)
        let free = block &* UInt64(facts.f_bfree)
        return FileSystemRoom(
            total: total, used: total >= free ? total - free : 0, available: block &* UInt64(facts.f_bavail),
            free: free)
    }
}

/// How much room a file system has, in bytes.
public struct FileSystemRoom: Hashable, Sendable {
    public let total: UInt64
    public let used: UInt64
    /// What ordinary users may still take.
    public let available: UInt64
    public let free: UInt64
}
