import Virt

/// Where the clients of a connection hear of what happens.
public protocol EventSource: Sendable {
    /// Has `receive` called with everything that happens, in order, until the subscription ends. `receive` must
    /// neither wait nor publish.
    func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription

    /// Makes sure that events of a kind come, until `disable` was called as often. Throws `noSupport` where there are
    /// no such objects.
    func enable(_ kind: EventKind) async throws(VirtError)

    /// Takes back what `enable` did, once.
    func disable(_ kind: EventKind) async

    /// The events that were kept, from `number` on, as many as are given at once; 0 stands for the first that is there,
    /// `UInt64.max` for the one that will follow the last.
    ///
    /// Throws `noSupport` where no events are kept, `invalidArg` where that one is no longer, or hasn't been yet.
    func kept(since number: UInt64) async throws(VirtError) -> KeptEvents

    /// Waits until an event with this number has been, or the task is cancelled. It may be one that others are told of.
    func wait(for number: UInt64) async throws(VirtError)

    /// The same events, and those of more sorts of objects of the same host, where they come from one place.
    func adding(_ subjects: Set<EventSubject>) -> any EventSource
}

extension EventSource {
    public func disable(_ kind: EventKind) async {}
    public func kept(since number: UInt64) async throws(VirtError) -> KeptEvents {
        throw .notSupported("roostConnectEventsSince")
    }
    public func wait(for number: UInt64) async throws(VirtError) {
        throw .notSupported("roostConnectWaitForEvent")
    }
    public func adding(_ subjects: Set<EventSubject>) -> any EventSource { self }
}

/// Someone listens to events for as long as this is kept and not cancelled.
public protocol EventSubscription: Sendable {
    func cancel()
}

/// A subscription whose end is a closure's to do; without one, to what never happens.
public struct Subscription: EventSubscription {
    private let end: @Sendable () -> Void

    public init(_ end: @escaping @Sendable () -> Void = {}) { self.end = end }

    public func cancel() { end() }
}

/// A driver in which nothing happens that anybody is told.
public struct NoEvents: EventSource {
    public init() {}

    public func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        Subscription()
    }
    public func enable(_ kind: EventKind) async throws(VirtError) {
        throw .notSupported(kind.subject.registration)
    }
}
