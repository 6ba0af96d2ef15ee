import Synchronization
import Virt
import VirtDriver

/// Where a driver's events go out from: each has a number, and all subscribers hear of them in the same order.
public final class EventHub: Sendable {
    private let state: Mutex<State>
    private let numbers: EventNumbers?

    private struct State {
        var last: UInt64
        var nextSubscriber: UInt64 = 0
        var subscribers: [UInt64: @Sendable (Event) -> Void] = [:]
    }

    /// A hub whose events are counted by `numbers`, or from 1 on in this process alone.
    public init(numbers: EventNumbers? = nil) {
        self.numbers = numbers
        state = Mutex(State(last: numbers?.first ?? 0))
    }

    /// The number of the last event.
    public var lastNumber: UInt64 { state.withLock { $0.last } }

    /// Tells all subscribers, before it returns; they must not wait and must not publish.
    public func publish(_ event: Event) {
        let number = state.withLock { state in
            state.last &+= 1
            for receive in state.subscribers.values { receive(event) }
            return state.last
        }
        numbers?.used(number)
    }

    /// Has `receive` called with every event from now on, until the subscription is cancelled.
    public func subscribe(_ receive: @escaping @Sendable (Event) -> Void) -> any EventSubscription {
        let id = state.withLock { state in
            state.nextSubscriber &+= 1
            state.subscribers[state.nextSubscriber] = receive
            return state.nextSubscriber
        }
        return Subscription { [weak self] in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
    }
}

private struct Subscription: EventSubscription {
    let end: @Sendable () -> Void
    func cancel() { end() }
}
