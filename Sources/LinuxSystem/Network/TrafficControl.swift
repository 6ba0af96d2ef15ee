import Glibc

/// How much links may send and receive, by the kernel's traffic control: `htb` for what is sent, `police` for what comes in.
/// Queues, classes and filters are those that libvirt's calls of the program `tc` make, so that lists which people know stay
/// true. Each call may wait.
public enum TrafficControl {
    /// A limit, in bytes and bytes a second.
    public struct Limit: Hashable, Sendable {
        public var average: UInt64
        /// What it may be for a moment; the average where nil.
        public var peak: UInt64?
        /// How much goes through at once; what fits the average where nil.
        public var burst: UInt64?

        public init(average: UInt64, peak: UInt64? = nil, burst: UInt64? = nil) {
            (self.average, self.peak, self.burst) = (average, peak, burst)
        }

        /// How much a class of this average sends in its turn.
        static func quantum(_ average: UInt64) -> UInt32 {
            max(1, UInt32(clamping: average / 1000 * 1024 / 12000))
        }
    }

    // MARK: A guest's card

    /// Limits what a link sends, or takes its limit away.
    ///
    /// - Throws: `ENOENT` where the kernel has no `htb`.
    public static func limitSending(_ name: String, _ limit: Limit?) throws(SystemError) {
        let link = try TrafficLink(name)
        try link.clear(TrafficLink.root)
        guard let limit else { return }
        try link.addBuckets(usual: 1)
        try link.build(in: TrafficLink.root) { () throws(SystemError) in
            try link.put(limit.bucket, 1, in: 0)
            try link.addTurns(of: 1, handle: 2)
            try link.addMark()
        }
    }

    /// Limits what a link receives, or takes its limit away: what comes too fast is dropped.
    ///
    /// - Throws: `ENOENT` where the kernel can't drop what comes too fast (`police`).
    public static func limitReceiving(_ name: String, _ limit: Limit?) throws(SystemError) {
        let link = try TrafficLink(name)
        try link.clear(TrafficLink.received, handle: TrafficLink.receivedQueue)
        guard let limit else { return }
        try link.carryOut(
            .newQueue, "ingress", handle: TrafficLink.receivedQueue, parent: TrafficLink.received, isNew: true
        )
        try link.build(in: TrafficLink.received, handle: TrafficLink.receivedQueue) {
            () throws(SystemError) in
            try link.carryOut(
                .newFilter, "u32", handle: 0, parent: TrafficLink.receivedQueue, info: 0x300, isNew: true,
                limit.police)
        }
    }

    // MARK: A bridge that guests share

    /// What a guest is promised of what a bridge sends.
    public struct Share: Hashable, Sendable {
        /// Its class, from 3: the first two are the bridge's, and of all that are promised nothing.
        public var id: UInt16
        public var rate: UInt64
        /// The average that is said of the guest's card.
        public var average: UInt64
        /// Where its packets go to, 6 bytes.
        public var address: [UInt8]

        public init(id: UInt16, rate: UInt64, average: UInt64, address: [UInt8]) {
            (self.id, self.rate, self.average, self.address) = (id, rate, average, address)
        }
    }

    /// Limits what all guests on a bridge are sent together, with nothing promised to any.
    public static func share(_ bridge: String, _ limit: Limit) throws(SystemError) {
        let link = try TrafficLink(bridge)
        try link.clear(TrafficLink.root)
        try link.addBuckets(usual: 2)
        try link.build(in: TrafficLink.root) { () throws(SystemError) in
            var whole = limit.bucket
            whole.burst = nil
            try link.put(whole, 1, in: 0)
            try link.put(limit.bucket, 2, in: 1)
            try link.addTurns(of: 2, handle: 2)
            try link.addMark()
        }
    }

    /// Promises a guest its share, and leaves the rest to all others.
    ///
    /// - Parameters:
    ///   - limit: what the bridge may send.
    ///   - rest: what isn't promised to anybody then.
    ///   - isNew: whether the guest has had none.
    public static func promise(
        _ share: Share, on bridge: String, of limit: Limit, rest: UInt64, isNew: Bool
    ) throws(SystemError) {
        let (link, id) = (try TrafficLink(bridge), UInt32(share.id))
        let average = share.average > 0 ? share.average : share.rate
        let bucket = TrafficLink.Bucket(
            rate: share.rate, ceiling: limit.peak ?? limit.average,
            quantum: Limit.quantum(isNew ? average : limit.average))
        try link.put(bucket, id, in: isNew ? 1 : nil, isNew: isNew)
        do throws(SystemError) {
            if isNew {
                try link.addTurns(of: id, handle: id)
                try link.lead(share.address, to: id)
            }
            try link.leave(rest, of: limit)
        } catch {
            if isNew { try? withdraw(share.id, on: bridge, of: limit, rest: rest &+ share.rate) }
            throw error
        }
    }

    /// Takes a share back.
    public static func withdraw(
        _ share: UInt16, on bridge: String, of limit: Limit, rest: UInt64
    ) throws(SystemError) {
        let (link, id) = (try TrafficLink(bridge), UInt32(share))
        // The filter first: the class is in use for as long.
        try link.missingIsFine { () throws(SystemError) in try link.leadNoMore(to: id) }
        try link.missingIsFine { () throws(SystemError) in
            try link.carryOut(.deleteClass, handle: 0x10000 | id, parent: 0)
        }
        try link.leave(rest, of: limit)
    }
}

extension TrafficControl.Limit {
    fileprivate var bucket: TrafficLink.Bucket {
        TrafficLink.Bucket(
            rate: average, ceiling: peak ?? average, burst: burst, quantum: Self.quantum(average))
    }
}
