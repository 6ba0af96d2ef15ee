import DriverKit
import LinuxSystem
import Synchronization

/// The file that one run of a guest is recorded in. What is written is always the latest, and nothing is once the run is
/// over: a write that comes late never stands in place of a later run's record.
final class RecordFile: Sendable {
    private let store: DocumentStore
    private let latest: Mutex<LiveRecord>
    /// Held while the file is written or removed; whether it is removed for good.
    private let isRemoved = Mutex(false)

    init(_ record: LiveRecord, in store: DocumentStore) {
        self.store = store
        latest = Mutex(record)
    }

    /// What is to be written next.
    func set(_ record: LiveRecord) { latest.withLock { $0 = record } }

    /// Writes the latest record; may wait.
    func write() throws(SystemError) {
        let result = isRemoved.withLock { isRemoved -> Result<Void, SystemError> in
            if isRemoved { return .success(()) }
            let record = latest.withLock { $0 }
            do throws(SystemError) {
                return .success(try store.save(record.name, record.text))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Removes the file, as the run is over; may wait.
    func remove() throws(SystemError) {
        let result = isRemoved.withLock { isRemoved -> Result<Void, SystemError> in
            isRemoved = true
            let name = latest.withLock { $0.name }
            do throws(SystemError) {
                return .success(try store.remove(name))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
