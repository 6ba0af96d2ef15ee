import Synchronization

/// How many clients there may be at once, over all listeners that share it.
public final class ClientLimit: Sendable {
    private let state: Mutex<State>

    private struct State {
        var maximum: Int
        var count = 0
        var waiting: [@Sendable () -> Void] = []
    }

    public init(_ maximum: Int) {
        state = Mutex(State(maximum: maximum))
    }

    public var maximum: Int { state.withLock { $0.maximum } }

    /// Lets there be so many clients from now on; those that there are stay.
    public func resize(to maximum: Int) {
        let waiting = state.withLock { state in
            state.maximum = maximum
            defer { state.waiting = [] }
            return state.waiting
        }
        for retry in waiting { retry() }
    }

    /// How many places are taken.
    public var count: Int { state.withLock { $0.count } }

    /// One client's place; free again when the last reference goes.
    public final class Place: Sendable {
        private let limit: ClientLimit

        fileprivate init(_ limit: ClientLimit) {
            self.limit = limit
        }

        deinit { limit.release() }
    }

    /// Takes a place. When none is free the answer is nil, and `retry` is called once when one may be.
    public func take(orElse retry: @escaping @Sendable () -> Void) -> Place? {
        let isFree = state.withLock { state in
            if state.count < state.maximum {
                state.count += 1
                return true
            }
            state.waiting.append(retry)
            return false
        }
        return isFree ? Place(self) : nil
    }

    private func release() {
        let waiting = state.withLock { state in
            state.count -= 1
            defer { state.waiting = [] }
            return state.waiting
        }
        for retry in waiting { retry() }
    }
}
