/// How much a link may send. A link's own limit is the kernel's `htb`, one class for all packets.
public enum TrafficControl {
    private static let (newQueue, deleteQueue, newClass): (UInt16, UInt16, UInt16) = (36, 37, 40)
    private static let (root, ours, all): (UInt32, UInt32, UInt32) = (0xFFFF_FFFF, 0x10000, 0x10001)

    /// A limit, in bytes and bytes a second.
    public struct Limit: Hashable, Sendable {
        public var average: UInt64
        /// What it may be for a moment; the average where nil.
        public var peak: UInt64?
        /// How much goes out at once; what fits the average where nil.
        public var burst: UInt64?

        public init(average: UInt64, peak: UInt64? = nil, burst: UInt64? = nil) {
            (self.average, self.peak, self.burst) = (average, peak, burst)
        }

        /// The kernel's structure, with rates that it takes as they are, and its measure of time: 64 nanoseconds.
        fileprivate var bytes: [UInt8] {
            let (rate, ceiling) = (max(1, average), max(1, peak ?? average))
            let amount = burst ?? (rate / 250 + 1600)
            func ticks(_ rate: UInt64) -> UInt32 {
                let nanoseconds = Double(amount) * 1e9 / Double(rate)
                return UInt32(clamping: Int64(min(nanoseconds / 64, 1e18)))
            }
            func spec(_ rate: UInt64) -> [UInt8] {
                // Ethernet, so that the kernel works lengths out itself.
                [0, 1, 0, 0, 0, 0, 0, 0] + UInt32(clamping: rate).bytes
            }
            let quantum = UInt32(min(max(rate / 10, 1500), 200_000))
            return spec(rate) + spec(ceiling) + ticks(rate).bytes + ticks(ceiling).bytes + quantum.bytes
                + UInt32(0).bytes + UInt32(0).bytes
        }
    }

    /// Limits what a link sends, or takes its limit away. May wait.
    public static func limitSending(_ name: String, _ limit: Limit?) throws(SystemError) {
        let (socket, index) = (try NetlinkSocket(), try NetworkLinks.index(of: name))
        try remove(from: index, socket, name)
        guard let limit else { return }
        var queue = message(newQueue, index, handle: ours, parent: root)
        queue.add(2) { options in
            // The third version; packets go to the first class.
            options.add(
                2, UInt32(3).bytes + UInt32(10).bytes + UInt32(1).bytes + [UInt8](repeating: 0, count: 8))
        }
        try socket.change(queue, name)
        do throws(SystemError) {
            var one = message(newClass, index, handle: all, parent: ours)
            one.add(2) { options in
                options.add(1, limit.bytes)
                options.add(6, max(1, limit.average).bytes)
                options.add(7, max(1, limit.peak ?? limit.average).bytes)
            }
            try socket.change(one, name)
        } catch {
            try? remove(from: index, socket, name)
            throw error
        }
    }

    private static func remove(
        from index: Int32, _ socket: NetlinkSocket, _ name: String
    ) throws(SystemError) {
        let message = NetlinkMessage(deleteQueue, header: header(index, handle: 0, parent: root))
        do throws(SystemError) { try socket.change(message, name) } catch {
            // None, or the one that each link has.
            if error.errno != 2, error.errno != 22 { throw error }
        }
    }

    private static func message(
        _ type: UInt16, _ index: Int32, handle: UInt32, parent: UInt32
    ) -> NetlinkMessage {
        var message = NetlinkMessage(
            type, flags: NetlinkSocket.create | NetlinkSocket.exclusive,
            header: header(index, handle: handle, parent: parent))
        message.add(1, "htb")
        return message
    }

    private static func header(_ index: Int32, handle: UInt32, parent: UInt32) -> [UInt8] {
        [0, 0, 0, 0] + index.bytes + handle.bytes + parent.bytes + UInt32(0).bytes
    }
}
