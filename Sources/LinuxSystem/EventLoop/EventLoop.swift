import CLinux
import Glibc
import Synchronization

/// One thread that waits for descriptors and timers and calls their handlers.
///
/// A turn of the loop is: handlers of what became ready, timers that are due, submitted work, and last what
/// was left for the end of the turn, so that what one turn has to write goes out together. With nothing to
/// do the thread sleeps without a limit. Handlers must not block: such work belongs to `Blocking`.
///
/// It is an executor as well: an actor that names it as its `unownedExecutor` runs on the loop's thread and
/// can be entered from a handler with `assumeIsolated`, without a hop.
public final class EventLoop: Sendable {
    public typealias Handler = @Sendable (ReadyEvents) -> Void

    /// The loop that a process shares; made at first use.
    public static let shared = EventLoop(name: "events")

    let state = Mutex(State())
    let epoll: Descriptor
    private let wake: Descriptor
    private let thread = Atomic<UInt>(0)

    /// Makes a loop with its own thread, called `name` in the process table (at most 15 letters are kept).
    public init(name: String = "events") {
        epoll = Descriptor(owning: epoll_create1(O_CLOEXEC))
        wake = Descriptor(owning: eventfd(0, O_CLOEXEC | O_NONBLOCK))
        // Without these two nothing of the program can work, and there is no caller who could do better.
        precondition(epoll.isOpen && wake.isOpen, "no event loop: \(SystemError.current("epoll_create1"))")
        // Edge-triggered, so that the counter need never be read back.
        var event = epoll_event(events: CLINUX_EPOLLIN | CLINUX_EPOLLET, data: epoll_data_t(u64: 0))
        _ = epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, wake.rawValue, &event)
        Thread.start(name: name) { self.run() }
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Ends the thread after the current turn. What is still registered is forgotten.
    public func stop() {
        state.withLock { $0.stopping = true }
        wakeUp()
    }

    func wakeUp() {
        _ = eventfd_write(wake.rawValue, 1)
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
            while let timeout = timeoutOfNextTurn() {
                let count = Int(epoll_wait(epoll.rawValue, events.baseAddress, 64, timeout))
                turn(ready: events.prefix(max(0, count)))
            }
        }
        let left = state.withLock { state in
            defer { state = State(stopping: true) }
            return state
        }
        withExtendedLifetime(left) {}
    }

    private func turn(ready events: Slice<UnsafeMutableBufferPointer<epoll_event>>) {
        state.withLock { $0.isAsleep = false }
        for event in events where event.data.u64 != 0 {
            let handler = state.withLock { $0.sources[event.data.u64] }
            handler?(ReadyEvents(rawValue: event.events))
        }
        fireTimers()
        runSubmitted()
        endTurn()
    }

    /// How long the next wait may last in milliseconds, -1 without a limit; nil when the loop is to end.
    private func timeoutOfNextTurn() -> Int32? {
        state.withLock { state in
            if state.stopping { return nil }
            if !state.submitted.isEmpty || !state.endOfTurn.isEmpty { return 0 }
            state.isAsleep = true
            guard let deadline = state.timers.nextDeadline() else { return -1 }
            return MonotonicTime.now.duration(to: deadline).pollMilliseconds
        }
    }

    /// The loop's own data. Handlers are never called with it locked.
    struct State {
        /// Handlers by registration; an id is never used again, so that late events find nobody.
        var sources: [UInt64: Handler] = [:]
        var timers = TimerQueue<@Sendable () -> Void>()
        var submitted: [Work] = []
        var endOfTurn: [@Sendable () -> Void] = []
        var lastID: UInt64 = 0
        /// The thread waits, or is about to, and must be woken for what is submitted.
        var isAsleep = false
        var stopping = false

        mutating func newID() -> UInt64 {
            lastID &+= 1
            return lastID
        }
    }
}
