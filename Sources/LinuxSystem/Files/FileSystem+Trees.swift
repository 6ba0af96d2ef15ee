import CLinux
import Glibc

extension FileSystem {
    /// Removes a directory with all that is in it; nothing is done where nothing is. Links in it are removed and never
    /// followed, whatever others do to them meanwhile: every directory is held open, and becomes this user's alone before
    /// it is emptied.
    public static func removeTree(_ path: String) throws(SystemError) {
        let parent: Descriptor
        do throws(SystemError) {
            parent = try open(self.parent(of: path) ?? "/", [.directory, .pathOnly])
        } catch {
            if error.errno == ENOENT { return }
            throw error
        }
        let name = lastPart(of: path)
        do throws(SystemError) {
            if try parent.removeFile(name) { return }
            var removal = TreeRemoval(top: try parent.takeOverDirectory(name))
            try removal.run()
            try checked("rmdir") { unlinkat(parent.rawValue, name, AT_REMOVEDIR) }
        } catch {
            throw SystemError(call: error.call, errno: error.errno, context: path)
        }
    }
}

/// Empties a directory. One that is found within another is moved to the top first, so that it doesn't matter how deep
/// they lie in each other.
private struct TreeRemoval {
    let top: Descriptor
    /// How much is removed at most: whoever adds more all the time doesn't keep us for ever.
    private var left = 10_000_000
    private static let round = 1024

    init(top: Descriptor) { self.top = top }

    mutating func run() throws(SystemError) {
        try empty(top) { (removal, name) throws(SystemError) in
            let directory = try removal.top.takeOverDirectory(name)
            try removal.empty(directory) { (removal, name) throws(SystemError) in
                let new = FileSystem.temporaryPrefix + Random.hexadecimal(bytes: 8)
                _ = try directory.takeOverDirectory(name)
                try checked("rename") { renameat(directory.rawValue, name, removal.top.rawValue, new) }
            }
            try checked("rmdir") { unlinkat(removal.top.rawValue, name, AT_REMOVEDIR) }
        }
    }

    /// Removes what is in a directory, and has `remove` do away with the directories there.
    private mutating func empty(
        _ directory: Descriptor, _ remove: (inout TreeRemoval, String) throws(SystemError) -> Void
    ) throws(SystemError) {
        while true {
            let names = try directory.names(atMost: Self.round)
            if names.isEmpty { return }
            left -= names.count
            if left < 0 { throw SystemError(call: "unlink", errno: EBUSY) }
            for name in names where try !directory.removeFile(name) { try remove(&self, name) }
        }
    }
}

extension Descriptor {
    /// Removes what is no directory; false for one that is. What is gone already is no error.
    fileprivate func removeFile(_ name: String) throws(SystemError) -> Bool {
        if unlinkat(rawValue, name, 0) == 0 { return true }
        switch Glibc.errno {
        case ENOENT: return true
        case EISDIR: return false
        default: throw .current("unlink", name)
        }
    }

    /// Opens a directory in this one, and has nobody else write into it from now on.
    fileprivate func takeOverDirectory(_ name: String) throws(SystemError) -> Descriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        let directory = Descriptor(
            owning: try checked("open", name) { clinux_openat(rawValue, name, flags, 0) })
        let status = try directory.status()
        if status.user != geteuid() { try directory.setOwner(user: geteuid(), group: getegid()) }
        if status.mode != 0o700 { try directory.setMode(0o700) }
        return directory
    }

    /// Names in this directory, `.` and `..` aside, as they are now.
    fileprivate func names(atMost limit: Int) throws(SystemError) -> [String] {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let copy = Descriptor(owning: try checked("open") { clinux_openat(rawValue, ".", flags, 0) })
        guard let stream = fdopendir(copy.rawValue) else { throw .current("opendir") }
        _ = copy.take()
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < limit, let entry = readdir(stream) {
            let name = String(cString: clinux_entry_name(entry))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
