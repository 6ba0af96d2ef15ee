import LinuxSystem
import QEMUModel
import Synchronization

/// What was found out about binaries: found out once, though many ask at the same time, and kept as long as
/// neither binary nor host change.
final class QEMUProbeMemory<Value: Sendable>: Sendable {
    private struct Entry {
        let key: QEMUProbeKey
        let work: Task<Result<Value, QEMUProbeError>, Never>
        /// Until when a failure holds.
        var retry: MonotonicTime?

        /// Whether a failure has held long enough.
        var isOver: Bool { retry.map { $0 <= MonotonicTime.now } ?? false }
    }

    private let patience: Duration
    private let entries = Mutex<[String: Entry]>([:])

    /// - Parameter patience: how long a binary that did not answer in time isn't asked again. Other failures
    ///   cost little, and are not kept.
    init(patience: Duration) { self.patience = patience }

    /// What is known of a binary, or what `find` makes out.
    func value(
        for key: QEMUProbeKey, find: @escaping @Sendable () async -> Result<Value, QEMUProbeError>
    ) async throws(QEMUProbeError) -> Value {
        let work = entries.withLock { entries in
            if let entry = entries[key.emulator], entry.key == key, !entry.isOver { return entry.work }
            let entry = Entry(key: key, work: Task { await find() })
            entries[key.emulator] = entry
            return entry.work
        }
        let result = await work.value
        if case .failure(let error) = result { note(error, of: work, key.emulator) }
        return try result.get()
    }

    private func note(
        _ error: QEMUProbeError, of work: Task<Result<Value, QEMUProbeError>, Never>, _ emulator: String
    ) {
        let now = MonotonicTime.now
        entries.withLock { entries in
            guard let entry = entries[emulator], entry.work == work, entry.retry == nil else { return }
            if case .timedOut = error {
                entries[emulator]?.retry = now.advanced(by: patience)
            } else {
                entries[emulator] = nil
            }
        }
    }
}
