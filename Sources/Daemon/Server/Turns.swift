import LinuxSystem
import Synchronization
import Transport

/// The sessions whose calls wait for their turn on the loop's thread. Users take turns, and so do the sessions of each;
/// clients that are trusted count as users of their own.
final class Turns: Sendable {
    /// Who takes turns.
    enum Owner: Hashable, Sendable {
        case user(UInt32)
        case client(UInt64)
    }

    private struct State {
        var queue = FairQueue<Owner, Session>()
        var isScheduled = false
        /// Until when clients that share turns may be served in this turn as they come.
        var atOnceUntil: MonotonicTime?
    }

    /// How much of one turn goes to clients that share turns and are served as they come.
    private static let shareAtOnce = Duration.milliseconds(2)
    /// How much of one turn of the loop goes to those that wait. What becomes ready meanwhile waits no longer.
    private static let share = Duration.milliseconds(4)

    private let loop: EventLoop
    private let state = Mutex(State())
    private let whenEmpty: @Sendable () -> Void

    /// - Parameter whenEmpty: called when nobody waits any more.
    init(loop: EventLoop = .shared, whenEmpty: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.whenEmpty = whenEmpty
    }

    /// Whether a client that shares turns may be served now: nobody waits, and others like it haven't taken long yet.
    func mayServeAtOnce() -> Bool {
        let now = MonotonicTime.now
        let (may, isFirst) = state.withLock { state in
            guard state.queue.isEmpty else { return (false, false) }
            if let end = state.atOnceUntil { return (now < end, false) }
            state.atOnceUntil = now.advanced(by: Self.shareAtOnce)
            return (true, true)
        }
        if isFirst { loop.atEndOfTurn { self.state.withLock { $0.atOnceUntil = nil } } }
        return may
    }

    /// Has the session go on when its turn comes.
    func add(_ session: Session) {
        let isFirst = state.withLock { state in
            state.queue.append(session, of: session.turnOwner)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { loop.inNextTurn { self.run() } }
    }

    private func run() {
        let end = MonotonicTime.now.advanced(by: Self.share)
        while let session = state.withLock({ $0.queue.popFirst() }) {
            session.advance()
            if MonotonicTime.now >= end { break }
        }
        let isEmpty = state.withLock { state in
            state.isScheduled = !state.queue.isEmpty
            return state.queue.isEmpty
        }
        if isEmpty { whenEmpty() } else { loop.inNextTurn { self.run() } }
    }
}

/// The time that one client's calls get in one turn, from the second call on.
struct TimeSlice {
    private static let length = Duration.microseconds(500)
    private var calls = 0
    private var end = MonotonicTime(nanoseconds: .max)

    /// Whether no further call is to be begun.
    mutating func isOver() -> Bool {
        calls += 1
        switch calls {
        case 1: return false
        case 2:
            end = MonotonicTime.now.advanced(by: Self.length)
            return false
        default: return MonotonicTime.now >= end
        }
    }
}
