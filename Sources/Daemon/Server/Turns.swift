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
    }

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

    /// Whether somebody waits.
    var areAwaited: Bool { state.withLock { !$0.queue.isEmpty } }

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
