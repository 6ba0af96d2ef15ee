import Glibc
import Synchronization

/// The threads behind `Blocking`: made when all are busy, gone after some idle seconds.
final class ThreadPool: Sendable {
    static let shared = ThreadPool()

    private let bound: Int
    private let idleTime: Duration
    private let name: String
    private let stack: Int
    private let state = Mutex(State())

    private struct State {
        var queue = FIFO<@Sendable () -> Void>()
        /// Idle threads, the one that was busy last at the end: it is warm, and the others may go.
        var idle: [Seat] = []
        var threads = 0
    }

    /// - Parameters:
    ///   - bound: how many threads there may be at once.
    ///   - idleTime: how long a thread stays without work.
    ///   - name: what its threads are called.
    ///   - stack: how large the stack of each is, in bytes.
    init(
        bound: Int = 512, idleTime: Duration = .seconds(10), name: String = "blocking", stack: Int = 1 << 20
    ) {
        (self.bound, self.idleTime) = (bound, idleTime)
        (self.name, self.stack) = (name, stack)
    }

    func submit(_ work: @escaping @Sendable () -> Void) {
        enum Step {
            case wake(Seat)
            case start, queued
        }
        let step: Step = state.withLock { state in
            if let seat = state.idle.popLast() { return .wake(seat) }
            if state.threads < bound {
                state.threads += 1
                return .start
            }
            state.queue.append(work)
            return .queued
        }
        switch step {
        case .wake(let seat): seat.give(work)
        case .start: start(with: work)
        case .queued: break
        }
    }

    /// How many threads there are.
    var threadCount: Int { state.withLock { $0.threads } }

    private func start(with work: @escaping @Sendable () -> Void) {
        if Thread.start(name: name, stack: stack, { self.serve(first: work) }) { return }
        let othersWork = state.withLock { state in
            state.threads -= 1
            guard state.threads > 0 else { return false }
            state.queue.append(work)
            return true
        }
        // No thread at all can be had: late is better than never.
        if !othersWork { work() }
    }

    private func serve(first: @escaping @Sendable () -> Void) {
        let seat = Seat()
        var next: (@Sendable () -> Void)? = first
        while let work = next {
            work()
            next = nextWork(for: seat)
        }
    }

    /// The thread's next work; nil when it is to end.
    private func nextWork(for seat: Seat) -> (@Sendable () -> Void)? {
        let queued: (@Sendable () -> Void)? = state.withLock { state in
            if let work = state.queue.popFirst() { return work }
            state.idle.append(seat)
            return nil
        }
        if let queued { return queued }
        if let given = seat.wait(for: idleTime) { return given }
        let leaves = state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === seat }) else { return false }
            state.idle.remove(at: index)
            state.threads -= 1
            return true
        }
        // Not among the idle: work is on its way to this seat.
        return leaves ? nil : seat.wait(for: .seconds(3600))
    }
}
