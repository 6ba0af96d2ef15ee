import JSON
import Virt

/// How much of a backup is done.
package struct BackupProgress: Equatable, Sendable {
    /// In bytes: of a copy that QEMU writes, what is written, of one that a client fetches, what has been put aside for it.
    package var processed: UInt64 = 0
    package var total: UInt64 = 0

    /// - Parameter answer: the answer to `query-block-jobs`; without it, only what is over is counted.
    package init(_ backup: GuestBackup, _ answer: JSONValue? = nil) {
        for disk in backup.disks {
            if disk.outcome != nil {
                (processed, total) = (processed &+ disk.processed, total &+ disk.total)
            } else if let job = answer?.array?.first(where: { $0["device"]?.string == disk.job }) {
                processed &+= job["offset"]?.uint ?? 0
                total &+= job["len"]?.uint ?? 0
            }
        }
    }

    package var remaining: UInt64 { total > processed ? total - processed : 0 }

    /// As it is told.
    package func parameters(isPull: Bool) -> [TypedParameter] {
        if total == 0 { return [] }
        if isPull {
            return [
                TypedParameter("disk_temp_used", .ullong(processed)),
                TypedParameter("disk_temp_total", .ullong(total)),
            ]
        }
        return [
            TypedParameter("disk_total", .ullong(total)),
            TypedParameter("disk_processed", .ullong(processed)),
            TypedParameter("disk_remaining", .ullong(remaining)),
        ]
    }
}
