import CLinux
import Glibc

/// Where a socket stands in the file system: a folder that is held open, and a name in it. Nobody who changes the path
/// meanwhile has us do something to another file.
struct SocketPlace {
    let path: String
    private let folder: Descriptor
    private let name: String

    init(_ path: String) throws(SystemError) {
        self.path = path
        name = FileSystem.lastPart(of: path)
        folder = try FileSystem.open(FileSystem.parent(of: path) ?? "/", [.directory, .pathOnly])
    }

    /// The socket's file, `.pathOnly`; `ENOTSOCK` for another kind of file.
    func open() throws(SystemError) -> Descriptor {
        let flags = Int32(CLINUX_O_PATH) | O_NOFOLLOW | O_CLOEXEC
        let file = Descriptor(
            owning: try checked("open", path) { clinux_openat(folder.rawValue, name, flags, 0) })
        guard try file.status().kind == .socket else {
            throw SystemError(call: "open", errno: ENOTSOCK, context: path)
        }
        return file
    }

    /// Gives the socket's file, which we have just made, its rights and its owner.
    func hand(to owner: FileOwner?, mode: UInt32) throws(SystemError) {
        let file = try open()
        guard try file.status().user == geteuid() else {
            throw SystemError(call: "bind", errno: EPERM, context: path)
        }
        // What is open for its path only has no fchmod.
        try checked("chmod", path) { chmod(file.procPath, mode) }
        if let owner { try file.setOwner(user: owner.user, group: owner.group) }
    }

    func remove() throws(SystemError) {
        try checked("unlink", path) { unlinkat(folder.rawValue, name, 0) }
    }

    /// Whether a socket stands there that nobody listens on.
    var isStale: Bool {
        guard let file = try? open(), let probe = try? UnixSocket.make(),
            let address = try? UnixAddress(file.procPath)
        else { return false }
        return address.withPointer { Glibc.connect(probe.rawValue, $0, $1) } != 0
            && Glibc.errno == ECONNREFUSED
    }
}
