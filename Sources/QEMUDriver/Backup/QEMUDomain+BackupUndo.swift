import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML

/// What was made for a backup is taken back. It stays on record until QEMU and the checkpoints have nothing of it any more: what
/// can't be taken back now is tried again for as long as the guest runs, and by the next daemon.
extension QEMUDomain {
    /// Brings a backup to its end that is over or that never began; what is left of it is tried again soon.
    func windUpBackup(of run: Int32) async {
        do throws(VirtError) { try await takeBackBackup(of: run) } catch { windUpBackupSoon(of: run, error) }
    }

    /// Throws where something of the backup is left.
    func takeBackBackup(of run: Int32) async throws(VirtError) {
        switch guest(run)?.held.backup?.phase {
        case .preparing: try await undoBackup(of: run)
        case .ending: try await finishBackup(of: run)
        case .running, nil: break
        }
    }

    /// Tries again and again, since what QEMU refuses now it may do later.
    func windUpBackupSoon(of run: Int32, _ trouble: VirtError) {
        guard let guest = guest(run), guest.held.backup != nil else { return }
        if guest.backupTrouble != trouble.message {
            context.log.error(
                """
                a backup of domain '\(snapshot.name)' is over, but not all that was made for it could be taken back, \
                which is tried again: \(trouble.message)
                """)
        }
        self.guest?.backupTrouble = trouble.message
        if guest.backupTrouble == nil { Task { await goOnWindingUp(run) } }
    }

    private func goOnWindingUp(_ run: Int32) async {
        var pause = GrowingPause()
        while let backup = guest(run)?.held.backup, backup.phase != .running {
            await pause.wait()
            try? await withJob(.modify, "undo a backup") {
                (domain: isolated QEMUDomain) async throws(VirtError) in
                await domain.windUpBackup(of: run)
            }
        }
        if guest(run) != nil { guest?.backupTrouble = nil }
    }

    /// Takes back all of a backup of which nobody has been told that it began.
    private func undoBackup(of run: Int32) async throws(VirtError) {
        guard let backup = guest(run)?.held.backup else { return }
        for disk in backup.disks { try await endJob(disk.job, of: run) }
        try await takeBackServer(of: backup, run)
        try await remove(backup.checkpointBitmaps, of: run)
        if let name = backup.checkpoint, snapshot.checkpoints[name] != nil {
            try await forgetCheckpoint(name)
        }
        await removeFiles(of: backup)
        guard guest(run) != nil else { return }
        guest?.held.backup = nil
        guest?.held.blockJobs.removeAll { $0.kind == .backup }
        noteCopies(of: backup)
        do throws(VirtError) { try await writeJobs() } catch { context.log.error("\(error.message)") }
        await closeCopies(of: backup, run)
        for disk in backup.disks { settleJob(disk.job) }
    }

    /// Has QEMU end a job and forget it. Throws where it hasn't in time.
    private func endJob(_ id: String, of run: Int32) async throws(VirtError) {
        let deadline = ContinuousClock.now + context.configuration.jobEndPatience
        var pause = GrowingPause(from: .milliseconds(5), to: .milliseconds(500))
        while let status = BlockJobStatus(id, in: try await ask(MonitorCommand("query-jobs", [:]), of: run)) {
            if status.isConcluded { return await dismiss(id, of: run) }
            _ = try? await ask(MonitorCommand("job-cancel", ["id": .string(id)]), of: run)
            if ContinuousClock.now > deadline {
                throw VirtError(
                    .operationTimeout, "QEMU has not ended job '\(id)', which is \(status.status)",
                    from: .qemu)
            }
            await pause.wait()
        }
    }

    func dismiss(_ id: String, of run: Int32) async {
        _ = try? await ask(MonitorCommand("job-dismiss", ["id": .string(id)]), of: run)
        if guest(run) != nil { guest?.undismissedJobs.remove(id) }
    }

    /// Has QEMU serve clients no longer, and forget what was to be copied.
    func takeBackServer(of backup: GuestBackup, _ run: Int32) async throws(VirtError) {
        if backup.isPull {
            let shown = try await ask(MonitorCommand("query-block-exports", [:]), of: run)
            for command in backup.unexporting(shown) { try await ask(command, of: run) }
            do throws(VirtError) {
                try await ask(MonitorCommand("nbd-server-stop", [:]), of: run)
            } catch  where error.code == .internalError {
                // QEMU refuses it only where it serves nobody.
            }
        }
        try await remove(backup.copiedBitmaps, of: run)
        if backup.definition.server?.tls == true { await remove(context.backupCredentials) }
    }

    /// Removes those bitmaps that are there.
    private func remove(_ bitmaps: [BitmapPlace], of run: Int32) async throws(VirtError) {
        if bitmaps.isEmpty { return }
        guard guest(run) != nil else { throw VirtError.endedMeanwhile }
        let known = try await self.bitmaps()
        for bitmap in bitmaps where known[bitmap] != nil { try await ask(bitmap.removing, of: run) }
    }

    /// Removes what nobody is to have: what clients didn't fetch, and copies that aren't whole.
    func removeFiles(of backup: GuestBackup) async {
        if !backup.isPull, backup.disks.allSatisfy({ $0.outcome == .completed }) { return }
        let (files, log) = (backup.disks.compactMap(\.madeFile), context.log)
        await Blocking.run {
            for file in files where FileSystem.exists(file) {
                do throws(SystemError) { _ = try FileSystem.remove(file) } catch {
                    log.error(
                        "'\(file)', which was made for a backup that is over, can't be removed: \(error)")
                }
            }
        }
    }
}
