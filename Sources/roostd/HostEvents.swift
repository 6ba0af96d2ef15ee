import DriverKit
import LinuxSystem
import Logging

/// The one hub of all events of this host, with their numbers and their journal.
struct HostEvents {
    let hub: EventHub
    private let journal: EventJournal?

    /// Finds how far the last daemon got; may wait for the disk. Guests are served without a journal, too.
    ///
    /// - Parameter size: how many bytes the journal may take; 0 for none.
    init(library: String, size: Int, log: Logger) {
        journal = size == 0 ? nil : Self.journal(library + "/events", size, log)
        let numbers = EventNumbers(path: library + "/events.next", after: journal?.continues)
        if let problem = numbers.problem {
            log.warning("events are numbered by the time, since no numbers can be reserved: \(problem)")
        }
        hub = EventHub(numbers: numbers, journal: journal)
    }

    private static func journal(_ folder: String, _ size: Int, _ log: Logger) -> EventJournal? {
        do throws(SystemError) {
            return try EventJournal(folder: folder, limit: size) { log.warning("\($0)") }
        } catch {
            log.warning("events are not kept, since '\(folder)' can't be made or read: \(error)")
            return nil
        }
    }

    /// The last event has been: waits until the disk has them all.
    func close() { journal?.close() }
}
