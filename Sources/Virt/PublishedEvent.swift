/// An event as it went out: which one it is, and when it was.
public struct PublishedEvent: Hashable, Sendable {
    /// Counts the events of a host from 1 on, across restarts of its daemon. No two share a number. 0 where whoever
    /// told of it doesn't number events, as libvirt's daemons don't.
    public var number: UInt64
    /// When it was published, or heard of where that isn't known: nanoseconds since 1970.
    public var time: UInt64
    public var event: Event

    public init(number: UInt64, time: UInt64, event: Event) {
        (self.number, self.time, self.event) = (number, time, event)
    }
}

/// Events that were kept, from a number on: as many as are given at once.
public struct KeptEvents: Hashable, Sendable {
    /// The events, in the order of their numbers.
    public var events: [PublishedEvent]
    /// The numbers of events before `next` that are not there though they are asked for: they couldn't be kept, or
    /// went with the host's power.
    public var lost: [ClosedRange<UInt64>]
    /// The number to ask from the next time.
    public var next: UInt64

    public init(events: [PublishedEvent] = [], lost: [ClosedRange<UInt64>] = [], next: UInt64) {
        (self.events, self.lost, self.next) = (events, lost, next)
    }
}
