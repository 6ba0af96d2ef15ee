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
