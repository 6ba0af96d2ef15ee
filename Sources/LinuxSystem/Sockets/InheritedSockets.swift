import Glibc

/// Listening sockets that systemd opened for this process (`sd_listen_fds(3)`).
public enum InheritedSockets {
    public struct Socket: Sendable {
        /// The name that the unit gives it (`FileDescriptorName=`), or `unknown`.
        public let name: String
        public let descriptor: Descriptor

        public init(name: String, descriptor: Descriptor) {
            self.name = name
            self.descriptor = descriptor
        }

        /// Whether it is for those who administer the daemon.
        public var isForAdministration: Bool {
            names.contains { ["libvirt-admin-sock", "roostd-admin.socket"].contains($0) }
        }

        /// Whether its clients may only read: unless the name, or where there is none the path that the socket is
        /// bound to, says that it is the one that may change things.
        public var isReadOnly: Bool {
            let known = names.compactMap { Self.access[$0] }
            return known.isEmpty || known.contains(true)
        }

        private var names: [String] {
            let path = (try? UnixSocket.path(of: descriptor)) ?? ""
            return [name, path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? ""]
        }

        /// The names that are known, and whether they are of read-only sockets: those of socket files, and what
        /// systemd calls a socket by itself, which is its unit's name.
        private static let access = [
            "libvirt-sock": false, "roostd.socket": false, "libvirt-sock-ro": true, "roostd-ro.socket": true,
        ]
    }

    /// Takes them over, once; later calls and child processes find none. Call it first in the program, since
    /// it changes the environment.
    public static func take() -> [Socket] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        guard ThisProcess.environment("LISTEN_PID").flatMap(Int32.init) == getpid(),
            let count = ThisProcess.environment("LISTEN_FDS").flatMap(Int32.init), (1...64).contains(count)
        else { return [] }
        let names = ThisProcess.environment("LISTEN_FDNAMES")?.split(
            separator: ":", omittingEmptySubsequences: false)
        return (0..<count).compactMap { index in
            let descriptor = Descriptor(owning: 3 + index)
            guard (try? descriptor.setCloseOnExec(true)) != nil, (try? descriptor.setNonBlocking()) != nil
            else {
                _ = descriptor.take()
                return nil
            }
            let name = names.flatMap { Int(index) < $0.count ? String($0[Int(index)]) : nil }
            return Socket(name: name ?? "unknown", descriptor: descriptor)
        }
    }
}
