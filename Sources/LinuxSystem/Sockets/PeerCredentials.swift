import CLinux
import Glibc

/// Who is at the other end of a unix socket: as it was when that end connected.
public struct PeerCredentials: Hashable, Sendable {
    public let process: Int32
    public let user: UInt32
    public let group: UInt32

    public init(process: Int32, user: UInt32, group: UInt32) {
        self.process = process
        self.user = user
        self.group = group
    }

    /// What another process would be told of this one.
    public static var ofThisProcess: PeerCredentials {
        PeerCredentials(process: getpid(), user: geteuid(), group: getegid())
    }

    /// Asks the kernel.
    public init(of socket: Descriptor) throws(SystemError) {
        var answer = clinux_credentials(pid: 0, uid: UInt32.max, gid: UInt32.max)
        var size = socklen_t(MemoryLayout<clinux_credentials>.size)
        try checked("getsockopt") {
            getsockopt(socket.rawValue, SOL_SOCKET, SO_PEERCRED, &answer, &size)
        }
        self.init(process: answer.pid, user: answer.uid, group: answer.gid)
    }
}
