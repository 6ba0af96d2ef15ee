import Glibc

/// A link, of which the kernel's traffic control is changed: its queues, their classes, and what leads packets into them.
struct TrafficLink {
    private let socket: NetlinkSocket
    private let index: Int32
    private let name: String

    /// What a queue stands in: the link, as it sends and as it receives.
    static let (root, received): (UInt32, UInt32) = (0xFFFF_FFFF, 0xFFFF_FFF1)
    /// What filters of received packets stand in.
    static let receivedQueue: UInt32 = 0xFFFF_0000

    /// - Throws: `ENODEV` for a link that isn't there.
    init(_ name: String) throws(SystemError) {
        (socket, index, self.name) = (try NetlinkSocket(), try NetworkLinks.index(of: name), name)
    }

    /// A change of a kind; the numbers that the kernel knows them by.
    enum Change: UInt16 {
        case newQueue = 36
        case deleteQueue = 37
        case newClass = 40
        case deleteClass = 41
        case newFilter = 44
        case deleteFilter = 45
    }

    /// - Parameters:
    ///   - isNew: whether there mustn't be one.
    ///   - info: a filter's turn and protocol.
    ///   - options: what the kind is told.
    func carryOut(
        _ change: Change, _ kind: String? = nil, handle: UInt32, parent: UInt32, info: UInt32 = 0,
        isNew: Bool = false, _ options: ((inout NetlinkMessage) -> Void)? = nil
    ) throws(SystemError) {
        let header: [UInt8] =
            [0, 0, 0, 0] + index.bytes + handle.bytes + parent.bytes + info.bytes
        var message = NetlinkMessage(
            change.rawValue, flags: isNew ? NetlinkSocket.create | NetlinkSocket.exclusive : 0, header: header
        )
        if let kind { message.add(1, kind) }
        if let options { message.add(2, options) }
        try socket.change(message, name)
    }

    /// The same for what is only better to have: a kernel that doesn't know the kind goes without.
    func carryOutIfKnown(
        _ change: Change, _ kind: String, handle: UInt32, parent: UInt32, info: UInt32 = 0,
        _ options: @escaping (inout NetlinkMessage) -> Void
    ) throws(SystemError) {
        do throws(SystemError) {
            try carryOut(change, kind, handle: handle, parent: parent, info: info, isNew: true, options)
        } catch {
            if error.errno != ENOENT, error.errno != EOPNOTSUPP { throw error }
        }
    }

    /// Removes what stands in a place. There may be nothing, or what each link has.
    func clear(_ parent: UInt32, handle: UInt32 = 0) throws(SystemError) {
        do throws(SystemError) {
            try carryOut(.deleteQueue, handle: handle, parent: parent)
        } catch {
            if error.errno != ENOENT, error.errno != EINVAL { throw error }
        }
    }

    /// Makes what is to stand in a place; what has failed leaves nothing there.
    func build(
        in parent: UInt32, handle: UInt32 = 0, _ body: () throws(SystemError) -> Void
    ) throws(SystemError) {
        do throws(SystemError) { try body() } catch {
            try? clear(parent, handle: handle)
            throw error
        }
    }

    // MARK: Hierarchical token buckets

    /// Shares what the link sends among classes.
    ///
    /// - Parameter usual: the class of packets that belong to no other.
    func addBuckets(usual: UInt32) throws(SystemError) {
        try carryOut(.newQueue, "htb", handle: 0x10000, parent: Self.root, isNew: true) { options in
            // The third version; rates of packets without a class follow from nothing.
            options.add(
                2, UInt32(3).bytes + UInt32(10).bytes + usual.bytes + [UInt8](repeating: 0, count: 8))
        }
    }

    /// Makes a class, or says anew what one may send.
    func put(_ bucket: Bucket, _ id: UInt32, in parent: UInt32?, isNew: Bool = true) throws(SystemError) {
        try carryOut(
            .newClass, "htb", handle: 0x10000 | id, parent: parent.map { 0x10000 | $0 } ?? 0, isNew: isNew
        ) { options in bucket.add(to: &options) }
    }

    /// Has packets of a class take turns by whose they are, and those with its mark go into it.
    func addTurns(of id: UInt32, handle: UInt32) throws(SystemError) {
        try carryOutIfKnown(.newQueue, "sfq", handle: handle << 16, parent: 0x10000 | id) { options in
            // Whose is whose is worked out anew every 10 seconds.
            let zeros = [UInt8](repeating: 0, count: 64)
            options = NetlinkMessage(options.type, header: UInt32(0).bytes + UInt32(10).bytes + zeros)
        }
    }

    /// Has packets that the host has marked with 1 go to the first class.
    func addMark() throws(SystemError) {
        let all: UInt32 = 0x10300
        try carryOutIfKnown(.newFilter, "fw", handle: 1, parent: 0x10000, info: all) { $0.add(1, UInt32(1)) }
    }

    /// What a class may send, in bytes and bytes a second.
    struct Bucket {
        var rate: UInt64
        var ceiling: UInt64
        /// How much goes out at once; a packet where nil.
        var burst: UInt64?
        /// How much each class sends in its turn.
        var quantum: UInt32

        /// One packet with all that goes on the line.
        private static let packet: UInt64 = 1600

        fileprivate func add(to options: inout NetlinkMessage) {
            let (rate, ceiling) = (TrafficRate(rate), TrafficRate(ceiling))
            let numbers: [UInt32] = [
                rate.ticks(for: burst ?? Self.packet), ceiling.ticks(for: Self.packet), quantum, 0, 0,
            ]
            options.add(
                1, rate.specification(cell: 3) + ceiling.specification(cell: 3) + numbers.flatMap(\.bytes))
            if rate.value > UInt32.max { options.add(6, rate.value.bytes) }
            if ceiling.value > UInt32.max { options.add(7, ceiling.value.bytes) }
        }
    }
}
