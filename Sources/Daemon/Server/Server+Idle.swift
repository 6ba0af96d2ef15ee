import LinuxSystem
import Logging
import Synchronization

/// What is to happen when the daemon has had nothing to do for a while.
final class IdleWatch: Sendable {
    private struct State {
        var time: Duration?
        var timer: EventLoop.Timer?
        var end: (@Sendable () async -> Bool)?
    }

    private let state = Mutex(State())

    /// - Parameters:
    ///   - time: how long; nil for never.
    ///   - end: does it; false where it isn't to be done now after all, and is tried again after the same time.
    func set(_ time: Duration?, _ end: @escaping @Sendable () async -> Bool) {
        state.withLock { state in
            state.timer?.cancel()
            (state.time, state.timer, state.end) = (time, nil, end)
        }
    }

    /// Nobody is there from now on.
    func begin() {
        state.withLock { state in
            guard let time = state.time, state.timer == nil else { return }
            state.timer = EventLoop.shared.schedule(after: time) { [weak self] in self?.isDue() }
        }
    }

    /// Somebody has come.
    func cancel() {
        state.withLock { state in
            state.timer?.cancel()
            state.timer = nil
        }
    }

    private func isDue() {
        let end = state.withLock { state in
            state.timer = nil
            return state.end
        }
        guard let end else { return }
        Task { if !(await end()) { begin() } }
    }
}

extension Server {
    /// Calls `end` once the server has had no client for so long; nil for never. Whoever administers it counts as a client.
    ///
    /// - Parameter isBusy: whether there is something else to stay for.
    public func whenIdle(
        for time: Duration?, unless isBusy: @escaping @Sendable () async -> Bool,
        _ end: @escaping @Sendable () -> Void
    ) {
        idle.set(time) { [weak self] in
            guard let self else { return true }
            if await isBusy() {
                log.debug("there is no client, but something runs: the daemon stays")
                return false
            }
            // Whoever comes now begins the wait anew by going.
            if state.withLock({ $0.sessions.isEmpty }) { end() }
            return true
        }
        if state.withLock({ $0.sessions.isEmpty }) { idle.begin() }
    }
}
