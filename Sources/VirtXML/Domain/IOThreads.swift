import XMLBinding

/// Threads that serve disks apart from the guest's CPUs.
public struct IOThreads: Equatable, Sendable {
    public var count: UInt32 = 0
    public var threads: [IOThread] = []
    @Boxed public var defaultThread: ThreadPool?

    public init() {}

    /// More than any guest has use for.
    public static let limit: UInt32 = 20_000

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading || count > 0 {
            try x.value("iothreads", &count, .refusing("invalid iothreads count '%'", .xml))
        }
        if x.isReading || threads.contains(where: \.isSpoken) {
            try x.group("iothreadids") { (x) throws(XMLError) in try x.elements("iothread", &threads) }
        }
        try x.element("defaultiothread", &defaultThread)
        if defaultThread == ThreadPool() { defaultThread = nil }
        guard x.isReading else { return }
        if let thread = threads.firstRepeated(by: \.id) {
            throw x.fault("duplicate iothread id '\(thread.id)' found", value: String(thread.id))
        }
        try fill()
    }

    /// Gives every thread a number: those that are only counted get the lowest free ones.
    private mutating func fill() throws(XMLError) {
        count = max(count, UInt32(clamping: threads.count))
        guard count <= Self.limit else {
            throw XMLError(.unsupported, "a guest can have at most \(Self.limit) I/O threads, not \(count)")
        }
        var used = Set(threads.map(\.id))
        var next: UInt32 = 1
        while threads.count < Int(count) {
            while used.contains(next) { next += 1 }
            used.insert(next)
            var thread = IOThread()
            thread.id = next
            thread.isSpoken = false
            threads.append(thread)
        }
        if threads.contains(where: \.isSpoken) {
            for index in threads.indices { threads[index].isSpoken = true }
        }
    }
}

/// One such thread.
public struct IOThread: XMLElement {
    /// Counted from 1.
    public var id: UInt32 = 0
    public var pool = ThreadPool()
    @Boxed public var poll: Poll?
    /// Whether the definition names its threads; false where they are only counted.
    public var isSpoken = true

    public init() {}

    /// How long the thread looks for work before it sleeps, in nanoseconds, and how that changes.
    public struct Poll: XMLElement {
        public var max: UInt64?
        public var grow: UInt64?
        public var shrink: UInt64?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("max", &max)
            try x.attribute("grow", &grow)
            try x.attribute("shrink", &shrink)
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.positive("id", &id)
        try pool.bind(&x)
        try x.element("poll", &poll)
    }
}

/// How many helpers a thread may have.
public struct ThreadPool: XMLElement {
    public var min: Int32?
    public var max: Int32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var (least, most) = (min.map { UInt32(clamping: $0) }, max.map { UInt32(clamping: $0) })
        try x.natural("thread_pool_min", &least)
        try x.natural("thread_pool_max", &most)
        (min, max) = (least.map { Int32(clamping: $0) }, most.map { Int32(clamping: $0) })
    }
}
