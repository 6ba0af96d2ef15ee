import Synchronization

extension EventLoop {
    /// A call that is to come. Letting go of it changes nothing; `cancel()` takes it back.
    public struct Timer: Sendable {
        fileprivate let loop: EventLoop
        fileprivate let id: UInt64

        /// Takes the call back; false when it was made or taken back already.
        @discardableResult
        public func cancel() -> Bool {
            loop.state.withLock { $0.timers.cancel(id: id) }
        }
    }

    /// Has `work` called on the loop's thread once `delay` has passed (to the millisecond, never early).
    @discardableResult
    public func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) -> Timer {
        schedule(at: MonotonicTime.now.advanced(by: delay), work)
    }

    /// Has `work` called on the loop's thread at `deadline`.
    @discardableResult
    public func schedule(at deadline: MonotonicTime, _ work: @escaping @Sendable () -> Void) -> Timer {
        let (id, mustWake) = state.withLock { state in
            let before = state.timers.nextDeadline()
            let id = state.newID()
            state.timers.add(work, id: id, at: deadline)
            let isNext = before.map { deadline < $0 } ?? true
            return (id, isNext && state.takeSleep())
        }
        if mustWake { wakeUp() }
        return Timer(loop: self, id: id)
    }

    func fireTimers() {
        if state.withLock({ $0.timers.isEmpty }) { return }
        let now = MonotonicTime.now
        while let work = state.withLock({ $0.timers.popDue(at: now) }) { work() }
    }
}
