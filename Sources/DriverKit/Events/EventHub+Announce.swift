import Virt
import VirtDriver

/// Lasting changes, such as of a file, and the events that tell of them. A daemon that is killed after the change and
/// before the event leaves a note of it, by which the next one tells.
extension EventHub {
    /// The events of changes that the last daemon may have made and told nobody of: publish those whose change is there.
    public var unfinished: [Event] { journal?.unfinished ?? [] }

    /// Says that whatever the last daemon left has been looked at.
    public func settle() {
        if !unfinished.isEmpty { journal?.note(.settled) }
    }

    /// Makes a lasting change of which `event` will tell, once it is published.
    public func announcing<Value>(
        _ event: Event, _ change: () throws(VirtError) -> Value
    ) throws(VirtError) -> Value {
        journal?.note(.announced, about: event)
        do throws(VirtError) { return try change() } catch {
            journal?.note(.withdrawn, about: event)
            throw error
        }
    }

    /// The same for a change that waits, and of which several events may tell, in this order.
    public func announcing<Value>(
        _ events: Event..., change: () async throws(VirtError) -> Value
    ) async throws(VirtError) -> Value {
        try await announcing(all: events, change: change)
    }

    /// The same for however many events.
    public func announcing<Value>(
        all events: [Event], change: () async throws(VirtError) -> Value
    ) async throws(VirtError) -> Value {
        for event in events { journal?.note(.announced, about: event) }
        do throws(VirtError) { return try await change() } catch {
            for event in events { journal?.note(.withdrawn, about: event) }
            throw error
        }
    }
}
