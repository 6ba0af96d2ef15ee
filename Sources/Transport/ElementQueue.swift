import Synchronization

/// Elements that one side pushes at any time and the other takes one by one, waiting where there are none.
///
/// There is one consumer. `cost` of what is waiting is counted, so that the producer's source can be paused.
public final class ElementQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element?] = []
        var first = 0
        var cost = 0
        var isFinished = false
        var waiter: CheckedContinuation<Element?, Never>?
    }

    private let state = Mutex(State())
    private let costOf: @Sendable (Element) -> Int

    /// A queue whose elements cost what `costOf` says.
    public init(costOf: @escaping @Sendable (Element) -> Int = { _ in 1 }) { self.costOf = costOf }

    /// What waits in the queue costs this much.
    public var cost: Int { state.withLock { $0.cost } }

    /// Adds an element; after `finish` it is dropped.
    public func push(_ element: Element) {
        let waiter: CheckedContinuation<Element?, Never>? = state.withLock { state in
            if state.isFinished { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.elements.append(element)
            state.cost += costOf(element)
            return nil
        }
        waiter?.resume(returning: element)
    }

    /// No more elements will come: what is there can still be taken.
    public func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    /// Drops what waits and ends the queue.
    public func cancel() {
        state.withLock { state in
            state.elements.removeAll()
            (state.first, state.cost) = (0, 0)
        }
        finish()
    }

    /// The next element, or nil at the end or when the task is cancelled.
    public func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Element?? = state.withLock { state in
                    if let element = take(&state) { return .some(element) }
                    if state.isFinished || Task.isCancelled { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    private func take(_ state: inout State) -> Element? {
        guard state.first < state.elements.count, let element = state.elements[state.first] else {
            return nil
        }
        state.elements[state.first] = nil
        state.first += 1
        state.cost -= costOf(element)
        if state.first == state.elements.count {
            state.elements.removeAll(keepingCapacity: state.first < 64)
            state.first = 0
        }
        return element
    }
}
