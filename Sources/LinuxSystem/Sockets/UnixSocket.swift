import ByteText
import CLinux
import Glibc

/// Making and joining unix stream sockets. What these give is non-blocking and closed on exec.
public enum UnixSocket {
    /// Listens at `path`. A socket left there by a process that is gone is removed; `EADDRINUSE` when
    /// somebody answers there, or when something else stands there.
    ///
    /// - Parameters:
    ///   - mode: who may connect, as permission bits. Nobody can before they are set.
    ///   - owner: whom the socket is given to.
    public static func listen(
        at path: String, mode: UInt32 = 0o700, owner: FileOwner? = nil, backlog: Int32 = 128
    ) throws(SystemError) -> Descriptor {
        let address = try UnixAddress(path)
        let socket = try make()
        do throws(SystemError) {
            try bind(socket, to: address, path)
        } catch {
            guard error.errno == EADDRINUSE, isStale(path, address) else { throw error }
            try FileSystem.remove(path)
            try bind(socket, to: address, path)
        }
        if !path.hasBytePrefix("@") {
            if let owner { try checked("chown", path) { lchown(path, owner.user, owner.group) } }
            try checked("chmod", path) { chmod(path, mode) }
        }
        try checked("listen", path) { Glibc.listen(socket.rawValue, backlog) }
        return socket
    }

    /// Connects to the socket at `path`. Where the listener is slow to accept this waits, at most `timeout`
    /// (`EAGAIN` then): call it within `Blocking.run`.
    public static func connect(
        to path: String, timeout: Duration = .seconds(10)
    ) throws(SystemError) -> Descriptor {
        let address = try UnixAddress(path)
        let socket = try make(flags: 0)
        let limit = max(1, timeout.wholeNanoseconds / 1000)
        var time = timeval(
            tv_sec: Int(clamping: limit / 1_000_000), tv_usec: Int(limit % 1_000_000))
        try checked("setsockopt") {
            setsockopt(
                socket.rawValue, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        try checked("connect", path) {
            address.withPointer { Glibc.connect(socket.rawValue, $0, $1) }
        }
        try socket.setNonBlocking()
        return socket
    }

    /// Accepts one connection; nil when none waits.
    public static func accept(from listener: Descriptor) throws(SystemError) -> Descriptor? {
        let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = try attempted("accept") { Int(accept4(listener.rawValue, nil, nil, flags)) }
        return number.map { Descriptor(owning: Int32(truncatingIfNeeded: $0)) }
    }

    /// Two sockets joined to each other. They block unless told otherwise; what is sent stays a packet where
    /// `keepsBoundaries`.
    public static func pair(
        nonBlocking: Bool = true, keepsBoundaries: Bool = false
    ) throws(SystemError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        let kind = keepsBoundaries ? SOCK_DGRAM : SOCK_STREAM
        let flags = SOCK_CLOEXEC.rawValue | (nonBlocking ? SOCK_NONBLOCK.rawValue : 0)
        try checked("socketpair") {
            socketpair(AF_UNIX, Int32(kind.rawValue | flags), 0, &ends)
        }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }

    private static func make(flags: UInt32 = SOCK_NONBLOCK.rawValue) throws(SystemError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | flags)
        return Descriptor(owning: try checked("socket") { socket(AF_UNIX, kind, 0) })
    }

    private static func bind(
        _ socket: Descriptor, to address: UnixAddress, _ path: String
    ) throws(SystemError) {
        try checked("bind", path) { address.withPointer { Glibc.bind(socket.rawValue, $0, $1) } }
    }

    /// Whether a socket stands there that nobody listens on.
    private static func isStale(_ path: String, _ address: UnixAddress) -> Bool {
        guard let facts = try? FileSystem.status(of: path, links: .refuseLast), facts.kind == .socket,
            let probe = try? make()
        else { return false }
        let result = address.withPointer { Glibc.connect(probe.rawValue, $0, $1) }
        return result != 0 && Glibc.errno == ECONNREFUSED
    }
}
