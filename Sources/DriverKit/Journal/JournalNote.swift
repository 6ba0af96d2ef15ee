import RemoteProtocol
import Virt
import XDR

/// What a journal says beside the events: an entry of no program, with the number of the last event.
enum JournalNote: Int32 {
    /// A daemon ended as it should: the next event follows the last one here.
    case end
    /// A lasting change is about to be made, of which this event will tell.
    case announced
    /// The change that was announced with this event wasn't made.
    case withdrawn
    /// Whatever was announced before is done with.
    case settled

    /// The entry that says it.
    ///
    /// - Parameter event: the entry of the event that it is about.
    func entry(after last: UInt64, about event: JournalEntry? = nil) -> JournalEntry {
        var entry = JournalEntry(number: last, procedure: rawValue)
        guard var event else { return entry }
        var coder = XDRCoder(capacity: 128)
        guard (try? event.code(&coder)) != nil else { return entry }
        entry.payload = coder.bytes
        return entry
    }
}

extension JournalEntry {
    /// What it says beside the events; nil where it is an event.
    var note: JournalNote? { program == 0 ? JournalNote(rawValue: procedure) : nil }
    /// Whether it tells of an event.
    var isEvent: Bool { program != 0 }

    /// The event that a note is about.
    var about: Event? {
        var (coder, entry) = (XDRCoder(reading: payload), JournalEntry())
        guard (try? entry.code(&coder)) != nil else { return nil }
        return (try? entry.published())?.event
    }
}

/// The changes that were announced and of which nothing was told yet.
struct Announcements {
    private(set) var events: [Event] = []

    /// Takes in what a journal says next.
    mutating func take(_ entry: JournalEntry) {
        switch entry.note {
        case .announced: if let event = entry.about { events.append(event) }
        case .withdrawn: if let event = entry.about { settle(event) }
        case .settled: events = []
        case .end: break
        case nil:
            // Few are ever waited for, so events are seldom looked into.
            if !events.isEmpty, let told = try? entry.published() { settle(told.event) }
        }
    }

    private mutating func settle(_ event: Event) {
        if let index = events.firstIndex(where: { $0.tellsOfTheSame(as: event) }) { events.remove(at: index) }
    }
}

extension Event {
    /// Whether both tell of the same change of the same object; the words around it may differ.
    fileprivate func tellsOfTheSame(as other: Event) -> Bool {
        switch (self, other) {
        case (.domainLifecycle(let one), .domainLifecycle(let two)):
            one.domain.uuid == two.domain.uuid && one.event == two.event
        default: self == other
        }
    }
}
