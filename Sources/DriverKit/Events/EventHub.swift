import Synchronization
import Virt
import VirtDriver

/// Where a driver's events go out from: each has a number, and all subscribers hear of them in the same order.
public final class EventHub: Sendable {
    private let state: Mutex<State>
    /// Held while subscribers are told, so that all hear of events in the order of their numbers.
    private let delivery = Mutex(())
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

    /// Gives the event its number and tells all subscribers, before it returns. They must neither wait nor
    /// publish; they may end their subscription.
    @discardableResult
    public func publish(_ event: Event) -> UInt64 {
        delivery.withLock { _ in
            let (number, subscribers) = state.withLock { state in
                state.last = numbers?.next(after: state.last) ?? state.last &+ 1
                return (state.last, state.subscribers.values)
            }
            for receive in subscribers { receive(event) }
            return number
        }
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
