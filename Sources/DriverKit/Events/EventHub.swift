import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// Where a host's events go out from: each has a number, is kept where there is a journal, and all subscribers hear of
/// them in the same order.
public final class EventHub: Sendable {
    private let state: Mutex<State>
    /// Held while an event is kept and told, so that journal and subscribers have them in the order of their numbers.
    private let delivery = Mutex(())
    private let numbers: EventNumbers?
    let journal: EventJournal?

    private struct State {
        var last: UInt64
        var nextSubscriber: UInt64 = 0
        var subscribers: [UInt64: @Sendable (PublishedEvent) -> Void] = [:]
    }

    /// A hub whose events are counted by `numbers`, or from 1 on in this process alone, and kept in `journal`.
    public init(numbers: EventNumbers? = nil, journal: EventJournal? = nil) {
        (self.numbers, self.journal) = (numbers, journal)
        let last = numbers?.first ?? 0
        state = Mutex(State(last: last))
        journal?.begin(after: last)
    }

    /// The number of the last event.
    public var lastNumber: UInt64 { state.withLock { $0.last } }

    /// Gives the event its number, keeps it, and tells all subscribers, before it returns. They must neither wait nor
    /// publish; they may end their subscription.
    @discardableResult
    public func publish(_ event: Event) -> UInt64 {
        delivery.withLock { _ in
            let (number, subscribers) = state.withLock { state in
                state.last = numbers?.next(after: state.last) ?? state.last &+ 1
                return (state.last, state.subscribers.values)
            }
            let published = PublishedEvent(number: number, time: CalendarTime.now.nanoseconds, event: event)
            // First of all it is kept: what anybody has heard is there after whatever happens to the daemon.
            journal?.append(published)
            for receive in subscribers { receive(published) }
            return number
        }
    }

    /// Has `receive` called with every event from now on, until the subscription is cancelled.
    public func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        let id = state.withLock { state in
            state.nextSubscriber &+= 1
            state.subscribers[state.nextSubscriber] = receive
            return state.nextSubscriber
        }
        return HubSubscription { [weak self] in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
    }
}

private struct HubSubscription: EventSubscription {
    let end: @Sendable () -> Void
    func cancel() { end() }
}
