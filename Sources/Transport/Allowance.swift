import Synchronization

/// How much of something, such as bytes or calls, there may be at once. What a client has counts for its user too, and
/// what a user has for all: each is an allowance within its parent.
///
/// Nothing is refused here. Who is about to use more looks first whether there is room, at every level.
public final class Allowance: Sendable {
    public let limit: Int
    private let parent: Allowance?
    private let used = Atomic<Int>(0)
    private let isAwaited = Atomic<Bool>(false)
    private let waiting = Mutex<[@Sendable () -> Void]>([])

    public init(_ limit: Int, of parent: Allowance? = nil) {
        self.limit = limit
        self.parent = parent
    }

    /// How much is used.
    public var count: Int { used.load(ordering: .relaxed) }

    /// Whether more may be used, here and at every level above.
    public var hasRoom: Bool { fullLevel == nil }

    /// Uses some; `giveBack` follows.
    public func take(_ amount: Int) {
        used.add(amount, ordering: .sequentiallyConsistent)
        parent?.take(amount)
    }

    /// Uses less again.
    public func giveBack(_ amount: Int) {
        used.subtract(amount, ordering: .sequentiallyConsistent)
        if isAwaited.load(ordering: .sequentiallyConsistent), isBelowLimit { wake() }
        parent?.giveBack(amount)
    }

    /// Has `body` called once, on any thread, when there may be room; at once if that is so now. Who gives back calls it,
    /// whatever locks are held there: it must only hand work on.
    public func whenRoom(_ body: @escaping @Sendable () -> Void) {
        guard let full = fullLevel else { return body() }
        full.waiting.withLock { $0.append(body) }
        full.isAwaited.store(true, ordering: .sequentiallyConsistent)
        // What was given back in between has woken nobody.
        if full.isBelowLimit { full.wake() }
    }

    private var isBelowLimit: Bool { used.load(ordering: .sequentiallyConsistent) < limit }

    /// The lowest level without room.
    private var fullLevel: Allowance? { isBelowLimit ? parent?.fullLevel : self }

    private func wake() {
        let woken = waiting.withLock { waiting in
            isAwaited.store(false, ordering: .sequentiallyConsistent)
            defer { waiting = [] }
            return waiting
        }
        for body in woken { body() }
    }
}
