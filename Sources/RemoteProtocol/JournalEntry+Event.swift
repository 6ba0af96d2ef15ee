import Virt
import XDR

extension JournalEntry {
    /// The entry for an event; throws where it can't be written, as a name with a zero byte can't.
    public init(_ published: PublishedEvent) throws(XDRError) {
        self.init()
        (number, time) = (published.number, published.time)
        guard let message = EventMessage.carrying(published.event),
            let form = message.callback ?? message.legacy
        else { throw .unknownCase(Int32(clamping: published.event.messageIndex)) }
        (program, procedure) = (message.program, form)
        var coder = XDRCoder(capacity: 128)
        try published.event.encode(&coder)
        payload = coder.bytes
    }

    /// The event that the entry tells of; throws where it is none that is known here.
    public func published() throws(XDRError) -> PublishedEvent {
        guard let message = EventMessage.find(program: program, procedure: procedure) else {
            throw .unknownCase(procedure)
        }
        var coder = XDRCoder(reading: payload)
        let event = try message.decode(&coder)
        try coder.finish()
        return PublishedEvent(number: number, time: time, event: event)
    }
}

extension EventMessage {
    /// The message that carries an event.
    public static func carrying(_ event: Event) -> EventMessage? { all[checked: event.messageIndex] }
}

extension Array {
    /// The element at `index`, if there is one.
    fileprivate subscript(checked index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
