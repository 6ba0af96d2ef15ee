import CLinux
import Glibc

/// Sees the frames of a link: those that it sends and those that it receives.
public final class PacketSocket: Sendable {
    private let registration: EventLoop.Registration

    /// Which frames are seen.
    public enum Frames: Sendable {
        /// Those of ARP and IPv4.
        case addresses
        /// Those between DHCP's clients and servers.
        case dhcp

        /// The program that chooses them in the kernel, so that nobody is woken by others.
        fileprivate var program: [sock_filter] {
            switch self {
            case .addresses:
                [
                    step(0x28, 12), step(0x15, 0x0800, 1, 0), step(0x15, 0x0806, 0, 1), step(0x06, 2048),
                    step(0x06, 0),
                ]
            case .dhcp:
                [
                    step(0x28, 12), step(0x15, 0x0800, 0, 8), step(0x30, 23), step(0x15, 17, 0, 6),
                    step(0x28, 20), step(0x45, 0x1FFF, 4, 0), step(0xB1, 14), step(0x48, 16),
                    step(0x15, 67, 2, 0), step(0x15, 68, 1, 0), step(0x06, 0), step(0x06, 2048),
                ]
            }
        }

        private func step(_ code: UInt16, _ value: UInt32, _ yes: UInt8 = 0, _ no: UInt8 = 0) -> sock_filter {
            sock_filter(code: code, jt: yes, jf: no, k: value)
        }
    }

    /// Has `handler` called on the loop's thread for each frame, until this is let go. Of many that come at once some may be
    /// missed.
    ///
    /// - Parameter handler: is given a frame, at most its first 2 KiB, and whether the host sends it.
    public init(
        link: String, _ frames: Frames, loop: EventLoop = .shared,
        handler: @escaping @Sendable ([UInt8], _ isSent: Bool) -> Void
    ) throws(SystemError) {
        let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let kind = Int32(SOCK_RAW.rawValue | flags)
        // No protocol yet, so that nothing comes before it is bound and chosen.
        let socket = Descriptor(owning: try checked("socket", link) { Glibc.socket(AF_PACKET, kind, 0) })
        try Self.choose(frames, socket, link)
        try Self.bind(socket, to: link)
        registration = try loop.register(socket, for: .readable) { _ in Self.read(socket, handler) }
    }

    private static func choose(_ frames: Frames, _ socket: Descriptor, _ link: String) throws(SystemError) {
        var program = frames.program
        let count = UInt16(program.count)
        try checked("setsockopt", link) {
            program.withUnsafeMutableBufferPointer { steps in
                var whole = sock_fprog(len: count, filter: steps.baseAddress)
                let size = socklen_t(MemoryLayout<sock_fprog>.size)
                return setsockopt(socket.rawValue, SOL_SOCKET, SO_ATTACH_FILTER, &whole, size)
            }
        }
    }

    private static func bind(_ socket: Descriptor, to link: String) throws(SystemError) {
        let index = if_nametoindex(link)
        if index == 0 { throw SystemError.current("if_nametoindex", link) }
        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        address.sll_protocol = UInt16(3).bigEndian
        address.sll_ifindex = Int32(bitPattern: index)
        try checked("bind", link) {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(socket.rawValue, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
                }
            }
        }
    }

    private static func read(_ socket: Descriptor, _ handler: ([UInt8], Bool) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 2048)
        for _ in 0..<64 {
            var address = sockaddr_ll()
            var size = socklen_t(MemoryLayout<sockaddr_ll>.size)
            let count = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(socket.rawValue, &buffer, buffer.count, 0, $0, &size)
                }
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            handler(Array(buffer.prefix(count)), address.sll_pkttype == UInt8(PACKET_OUTGOING))
        }
    }
}
