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
        if path.hasBytePrefix("@") {
            try bind(socket, to: address, path)
        } else {
            // The file gets the socket's own rights: none, until it has its owner.
            try socket.setMode(0)
            let place = try SocketPlace(path)
            try bind(socket, to: address, at: place)
            do throws(SystemError) {
                try place.hand(to: owner, mode: mode)
            } catch {
                try? place.remove()
                throw error
            }
        }
        try checked("listen", path) { Glibc.listen(socket.rawValue, backlog) }
        return socket
    }

    /// Connects to the socket at `path`. Where the listener is slow to accept this waits, at most `timeout`
    /// (`EAGAIN` then): call it within `Blocking.run`.
    ///
    /// - Parameter listeners: the users one of whom must listen there (`EPERM`); the path's last part may be no link then.
    ///   For folders that others write in. Without it, anybody may.
    public static func connect(
        to path: String, listeners: Set<UInt32>? = nil, timeout: Duration = .seconds(10)
    ) throws(SystemError) -> Descriptor {
        let socket = try make(flags: 0)
        try socket.setSendTimeout(timeout)
        if let listeners {
            let place = try SocketPlace(path)
            let file = try place.open()
            try connect(socket, to: UnixAddress(file.procPath), path)
            guard listeners.contains(try PeerCredentials(of: socket).user) else {
                throw SystemError(call: "connect", errno: EPERM, context: path)
            }
        } else {
            try connect(socket, to: UnixAddress(path), path)
        }
        try socket.setNonBlocking()
        return socket
    }

    /// A socket that sends messages to whoever receives them at `path`; one that is slow to loses them.
    public static func datagram(to path: String) throws(SystemError) -> Descriptor {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let socket = Descriptor(owning: try checked("socket") { Glibc.socket(AF_UNIX, kind, 0) })
        try connect(socket, to: UnixAddress(path), path)
        return socket
    }

    private static func connect(
        _ socket: Descriptor, to address: UnixAddress, _ path: String
    ) throws(SystemError) {
        try checked("connect", path) { address.withPointer { Glibc.connect(socket.rawValue, $0, $1) } }
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

    static func make(flags: UInt32 = SOCK_NONBLOCK.rawValue) throws(SystemError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | flags)
        return Descriptor(owning: try checked("socket") { socket(AF_UNIX, kind, 0) })
    }

    /// The name is taken, or nothing happens: what stands there isn't followed, and the file that is made has no rights
    /// yet. So it does no harm where the folders above were changed meanwhile.
    private static func bind(
        _ socket: Descriptor, to address: UnixAddress, at place: SocketPlace
    ) throws(SystemError) {
        do throws(SystemError) {
            try bind(socket, to: address, place.path)
        } catch {
            guard error.errno == EADDRINUSE, place.isStale else { throw error }
            try place.remove()
            try bind(socket, to: address, place.path)
        }
    }

    private static func bind(
        _ socket: Descriptor, to address: UnixAddress, _ path: String
    ) throws(SystemError) {
        try checked("bind", path) { address.withPointer { Glibc.bind(socket.rawValue, $0, $1) } }
    }
}

extension Descriptor {
    fileprivate func setSendTimeout(_ timeout: Duration) throws(SystemError) {
        let limit = max(1, timeout.wholeNanoseconds / 1000)
        var time = timeval(tv_sec: Int(clamping: limit / 1_000_000), tv_usec: Int(limit % 1_000_000))
        try checked("setsockopt") {
            setsockopt(rawValue, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }
}
