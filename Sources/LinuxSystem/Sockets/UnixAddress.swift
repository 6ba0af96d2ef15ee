import CLinux
import Glibc

/// The address of a unix socket: a path, or `@name` for a name outside the file system.
struct UnixAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    /// `ENAMETOOLONG` for more than 107 bytes.
    init(_ path: String) throws(SystemError) {
        var bytes = Array(path.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path),
            isAbstract || !bytes.contains(0)
        else {
            throw SystemError(call: "socket", errno: bytes.isEmpty ? EINVAL : ENAMETOOLONG, context: path)
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let start = MemoryLayout<sa_family_t>.size
        length = socklen_t(start + bytes.count + (isAbstract ? 0 : 1))
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}

extension UnixSocket {
    /// The path that a socket is bound to, as the kernel knows it; `@name` for one outside the file system, empty
    /// for none.
    public static func path(of socket: Descriptor) throws(SystemError) -> String {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try checked("getsockname") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(socket.rawValue, $0, &length)
                }
            }
        }
        guard address.sun_family == sa_family_t(AF_UNIX) else { return "" }
        let size = min(Int(length), MemoryLayout<sockaddr_un>.size) - MemoryLayout<sa_family_t>.size
        let bytes = withUnsafeBytes(of: &address.sun_path) { Array($0.prefix(max(0, size))) }
        if bytes.first == 0 { return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
