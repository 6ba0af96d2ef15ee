import DriverKit
import LinuxSystem
import Synchronization

/// The record of a guest that is being started. Each process is in it, on disk, before it runs: whenever the daemon
/// is killed, the next one finds what there is.
final class StartRecord: Sendable {
    private let store: DocumentStore
    private let record: Mutex<LiveRecord>

    init(_ record: LiveRecord, in store: DocumentStore) {
        self.store = store
        self.record = Mutex(record)
    }

    /// The helpers that have been started so far.
    var helpers: [HelperRecord] { record.withLock { $0.helpers } }

    /// What helpers leave in the host's folders.
    var leftovers: [String] { record.withLock { $0.leftovers } }

    /// Changes the record and writes it; may wait.
    func write(_ change: (inout LiveRecord) -> Void = { _ in }) throws(SystemError) {
        // Held while the file is written, so that an older record never replaces a younger one.
        let result = record.withLock { record -> Result<Void, SystemError> in
            change(&record)
            do throws(SystemError) {
                return .success(try store.save(record.name, record.text))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
