import LinuxSystem
import Synchronization

/// What is on disk of something that runs, so that a daemon that starts anew finds it.
public protocol RunRecord: Sendable {
    /// The name of the object, which names the file.
    var name: String { get }
    /// The record as it is written.
    var text: String { get }
}

/// The file that one run of a guest, or of something else, is recorded in. What is written is always the latest, and nothing is once the run is
/// over: a write that comes late never stands in place of a later run's record.
public final class RecordFile<Record: RunRecord>: Sendable {
    private let store: DocumentStore
    private let latest: Mutex<Record>
    /// Held while the file is written or removed; whether it is removed for good.
    private let isRemoved = Mutex(false)

    public init(_ record: Record, in store: DocumentStore) {
        self.store = store
        latest = Mutex(record)
    }

    /// What is to be written next.
    public func set(_ record: Record) { latest.withLock { $0 = record } }

    /// Writes the latest record; may wait.
    public func write() throws(SystemError) {
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
    public func remove() throws(SystemError) {
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
