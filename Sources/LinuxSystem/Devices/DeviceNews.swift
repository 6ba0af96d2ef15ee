import CLinux
import Glibc

/// Hears of devices that come, change and go: from udev where it runs, since it has written down by then what it knows of them,
/// else from the kernel.
public final class DeviceNews: Sendable {
    private let registration: EventLoop.Registration

    /// Has `handler` called on the loop's thread, until this is let go.
    ///
    /// - Parameter handler: takes what has happened; nil where some of it was lost.
    public init(
        loop: EventLoop = .shared, handler: @escaping @Sendable ([DeviceChange]?) -> Void
    ) throws(SystemError) {
        let group: UInt32 = FileSystem.exists("/run/udev/control") ? 2 : 1
        let socket = try NetlinkSocket.open(15, groups: group, blocks: false)
        registration = try loop.register(socket, for: .readable) { _ in handler(Self.read(socket)) }
    }

    private static func read(_ socket: Descriptor) -> [DeviceChange]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var found: [DeviceChange] = []
        for _ in 0..<256 {
            let count = recv(socket.rawValue, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == ENOBUFS { return nil }
            if count <= 0 { break }
            if let change = DeviceChange(Array(buffer.prefix(count))) { found.append(change) }
        }
        return found
    }
}
