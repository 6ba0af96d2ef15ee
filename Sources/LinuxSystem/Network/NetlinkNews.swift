import CLinux
import Glibc

/// Hears of changes that anybody makes to the kernel's tables.
public final class NetlinkNews: Sendable {
    private let registration: EventLoop.Registration

    /// What can be heard of.
    public enum Subject: Sendable {
        /// The rules of the firewall.
        case firewall
        /// Links that come, change and go.
        case links

        fileprivate var place: (family: Int32, groups: UInt32) {
            switch self {
            case .firewall: (12, 1 << 6)
            case .links: (0, 1)
            }
        }
    }

    /// Has `handler` called on the loop's thread after each change, until this is let go. It isn't told what changed, and
    /// several changes may be told of at once.
    public init(
        of subject: Subject, loop: EventLoop = .shared, handler: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let place = subject.place
        let socket = try NetlinkSocket.open(place.family, groups: place.groups, blocks: false)
        registration = try loop.register(socket, for: .readable) { _ in
            Self.drain(socket)
            handler()
        }
    }

    /// What it says is passed over; where there was too much to keep, something has changed all the same.
    private static func drain(_ socket: Descriptor) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        for _ in 0..<256 {
            let count = recv(socket.rawValue, &buffer, buffer.count, 0)
            if count < 0, errno != EINTR, errno != ENOBUFS { return }
        }
    }
}
