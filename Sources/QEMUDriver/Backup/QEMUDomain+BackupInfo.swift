import DriverKit
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What people are told of backups.
extension QEMUDomain {
    func backupGetXMLDesc(flags: UInt32) async throws(VirtError) -> String {
        try flags.require(in: "qemuBackupGetXMLDesc", from: .qemu)
        _ = try existing()
        guard let backup = guest?.held.backup, backup.phase != .preparing else {
            throw VirtError(.noDomainBackup, "no domain backup job present", from: .qemu)
        }
        return try backup.definition.text()
    }

    /// How far a backup is; nil where there is none.
    func backupStats() async throws(VirtError) -> DomainJobStatsReply? {
        guard let backup = guest?.held.backup else { return nil }
        let progress = BackupProgress(backup, try? await ask("query-block-jobs"))
        return DomainJobStatsReply(
            type: DomainJobType.unbounded.rawValue,
            parameters: backup.told + progress.parameters(isPull: backup.isPull))
    }

    /// The same for the older call.
    func backupInfo() async throws(VirtError) -> DomainJobInfo? {
        guard let backup = guest?.held.backup else { return nil }
        var info = DomainJobInfo(type: DomainJobType.unbounded.rawValue, timeElapsed: backup.elapsed)
        if backup.isPull { return info }
        let progress = BackupProgress(backup, try? await ask("query-block-jobs"))
        (info.fileTotal, info.fileProcessed) = (progress.total, progress.processed)
        info.fileRemaining = progress.remaining
        return info
    }

    /// A guest has ended, and its backup with it.
    func endBackup(with held: LiveRecord) async {
        guard let backup = held.backup else { return }
        await removeFiles(of: backup)
        if backup.isPull, let socket = backup.definition.server?.socket {
            // QEMU would have removed it itself.
            await Blocking.run {
                guard (try? FileSystem.status(of: socket, links: .refuseLast))?.kind == .socket else {
                    return
                }
                _ = try? FileSystem.remove(socket)
            }
        }
        if backup.phase == .preparing {
            guard let name = backup.checkpoint, snapshot.checkpoints[name] != nil else { return }
            do throws(VirtError) { try await forgetCheckpoint(name) } catch {
                context.log.error(
                    "checkpoint '\(name)' of domain '\(snapshot.name)' began with a backup that never did: \(error.message)"
                )
            }
            return
        }
        let result = BackupResult(backup)
        lastJob = CompletedJob(type: result.type, parameters: result.parameters)
        context.events.publish(
            .domainJobCompleted(
                DomainJobCompletedEvent(domain: snapshot.reference, parameters: result.parameters)))
    }
}

/// What a backup has come to.
struct BackupResult {
    let type: DomainJobType
    let parameters: [TypedParameter]

    init(_ backup: GuestBackup) {
        guard backup.phase == .ending else {
            // Its guest has ended first.
            (type, parameters) = (.cancelled, backup.told + [TypedParameter("success", .boolean(false))])
            return
        }
        let worst =
            backup.disks.first { $0.outcome == .failed } ?? backup.disks.first { $0.outcome == .canceled }
        // That a client has fetched all is said by ending it.
        let isSuccess = worst == nil || backup.isPull && worst?.outcome == .canceled
        type = isSuccess ? .completed : worst?.outcome == .canceled ? .cancelled : .failed
        var parameters = backup.told + BackupProgress(backup).parameters(isPull: backup.isPull)
        parameters.append(TypedParameter("success", .boolean(isSuccess)))
        if let error = worst?.error { parameters.append(TypedParameter("errmsg", .string(error))) }
        self.parameters = parameters
    }
}

extension GuestBackup {
    /// How long it has taken, in milliseconds.
    fileprivate var elapsed: UInt64 {
        let now = CalendarTime.now.nanoseconds / 1_000_000
        return now > start ? now - start : 0
    }

    /// What is told of every such thing.
    fileprivate var told: [TypedParameter] {
        [
            TypedParameter("operation", .int(DomainJobOperation.backup.rawValue)),
            TypedParameter("time_elapsed", .ullong(elapsed)),
        ]
    }
}
