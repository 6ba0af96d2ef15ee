import ByteText
import DriverKit
import HostKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtXML

/// What becomes of backups: their jobs end by themselves, or are ended, and then all that was made for them goes.
extension QEMUDomain {
    /// A disk's job is over. The backup goes on with the others, or ends with it.
    func settleBackup(
        _ job: BlockJob, _ status: BlockJobStatus?, of run: Int32
    ) async throws(VirtError) {
        guard let held = guest(run)?.held, var backup = held.backup,
            let place = backup.disks.firstIndex(where: { $0.job.hasSameBytes(as: job.id) })
        else { return await leaveJob(job, of: run) }
        let jobs = try await ask("query-block-jobs")
        backup.disks[place].end(status, isAborted: job.phase == .aborting, in: jobs)
        let others = held.blockJobs.filter { $0.kind == .backup && $0.id != job.id }
        let told = events(of: job, backup.disks[place].outcome?.told ?? .failed)
        if others.isEmpty { backup.phase = .ending }
        guest?.held.backup = backup
        guest?.held.blockJobs.removeAll { $0.id == job.id }
        guest?.undismissedJobs.insert(job.id)
        await tellOnce(told)
        await dismiss(job.id)
        if others.isEmpty {
            await finishBackup(of: run)
        } else if backup.disks[place].outcome != .completed {
            // A backup without one of its disks is none.
            try await cancelBackupJobs(of: run)
        }
        settleJob(job.id)
    }

    /// All jobs of a backup are over, and with them the backup. That is told once nothing is left of it but the copies, which
    /// anybody may open then.
    func finishBackup(of run: Int32) async {
        guard let backup = guest(run)?.held.backup, backup.phase == .ending else { return }
        await takeBackServer(of: backup)
        for disk in backup.disks { await dismiss(disk.job) }
        guard guest(run) != nil else { return }
        noteCopies(of: backup)
        await closeCopies(of: backup, run)
        await removeFiles(of: backup)
        let result = BackupResult(backup)
        guard guest(run) != nil else { return }
        guest?.held.backup = nil
        lastJob = CompletedJob(type: result.type, parameters: result.parameters)
        await tellOnce([
            .domainJobCompleted(
                DomainJobCompletedEvent(domain: snapshot.reference, parameters: result.parameters))
        ])
    }

    /// The copies' images are no disk's.
    private func noteCopies(of backup: GuestBackup) {
        for disk in backup.disks where guest?.held.staleImages.contains(disk.image) == false {
            guest?.held.staleImages.append(disk.image)
        }
    }

    /// A job that nobody remembers a backup of.
    private func leaveJob(_ job: BlockJob, of run: Int32) async {
        await dismiss(job.id)
        guest?.held.staleImages += [job.base].compactMap { $0 }
        forget(job)
        await closeStaleImages(of: run)
        settleJob(job.id)
    }

    private func dismiss(_ id: String) async {
        _ = try? await ask("job-dismiss", ["id": .string(id)])
        guest?.undismissedJobs.remove(id)
    }

    /// Writes the record, which events tell of, and publishes them: each once, whenever this daemon is killed.
    private func tellOnce(_ told: [Event]) async {
        do throws(VirtError) {
            try await context.events.announcing(all: told) { () async throws(VirtError) in
                try await writeJobs()
            }
        } catch {
            // A daemon that finds the job on record sees what became of it, and tells of it again.
            context.log.error("\(error.message)")
        }
        for event in told { context.events.publish(event) }
    }

    // MARK: What is taken back

    /// Has QEMU serve clients no longer, and forget what was to be copied.
    private func takeBackServer(of backup: GuestBackup) async {
        for command in backup.undoing { _ = try? await ask(command.name, command.arguments) }
        if backup.definition.server?.tls == true { await remove(context.backupCredentials) }
    }

    /// Removes what nobody is to have: what clients didn't fetch, and copies that aren't whole.
    func removeFiles(of backup: GuestBackup) async {
        if !backup.isPull, backup.disks.allSatisfy({ $0.outcome == .completed }) { return }
        let files = backup.disks.compactMap(\.madeFile)
        await Blocking.run { for file in files { _ = try? FileSystem.remove(file) } }
    }

    /// Has QEMU close the copies, whose files go back to whose they were.
    private func closeCopies(of backup: GuestBackup, _ run: Int32) async {
        await closeStaleImages(of: run)
        let paths = backup.definition.disks.compactMap { $0.store?.path }
        let given = (guest(run)?.held.ownerships ?? []).filter { file in
            paths.contains { $0.hasSameBytes(as: file.path) }
        }
        await takeBack(given, of: run)
        saveRecordSoon()
    }

    // MARK: What is ended before its time

    /// Has QEMU end the copies. What that comes to is told as they end.
    func abortBackup(of run: Int32) async throws(VirtError) {
        if guest(run)?.held.backup?.phase == .preparing {
            return try await withJob(.modify, "undo a backup") {
                (domain: isolated QEMUDomain) async throws(VirtError) in
                guard domain.guest(run)?.held.backup?.phase == .preparing else { return }
                await domain.undoBackup(of: run)
            }
        }
        guest?.held.backup?.isAborted = true
        try await cancelBackupJobs(of: run)
    }

    private func cancelBackupJobs(of run: Int32) async throws(VirtError) {
        let jobs = (guest(run)?.held.blockJobs ?? []).filter { $0.kind == .backup && $0.phase == .running }
        for job in jobs { setPhase(.aborting, of: job.id) }
        try await writeJobs()
        for job in jobs {
            // One that is over already is told of as what it was.
            _ = try? await ask(job.abort.name, job.abort.arguments)
        }
    }

    /// Takes back all of a backup of which nobody has been told that it began.
    func undoBackup(of run: Int32) async {
        guard let backup = guest(run)?.held.backup else { return }
        for disk in backup.disks { await endJob(disk.job) }
        await takeBackServer(of: backup)
        for bitmap in backup.checkpointBitmaps {
            _ = try? await ask(bitmap.removing.name, bitmap.removing.arguments)
        }
        if let name = backup.checkpoint, snapshot.checkpoints[name] != nil {
            try? await forgetCheckpoint(name)
        }
        await removeFiles(of: backup)
        guard guest(run) != nil else { return }
        let ids = backup.disks.map(\.job)
        guest?.held.backup = nil
        guest?.held.blockJobs.removeAll { $0.kind == .backup }
        noteCopies(of: backup)
        do throws(VirtError) { try await writeJobs() } catch { context.log.error("\(error.message)") }
        await closeCopies(of: backup, run)
        for id in ids { settleJob(id) }
    }

    /// Has QEMU end a job and forget it.
    private func endJob(_ id: String) async {
        var pause = GrowingPause(from: .milliseconds(5), to: .milliseconds(500))
        while let answer = try? await ask("query-jobs"), let status = BlockJobStatus(id, in: answer) {
            if status.isConcluded { return await dismiss(id) }
            _ = try? await ask("job-cancel", ["id": .string(id)])
            await pause.wait()
        }
    }
}

extension GuestBackup.Disk {
    /// Takes note of what its job has come to; nil for a job of which QEMU knows nothing.
    fileprivate mutating func end(_ status: BlockJobStatus?, isAborted: Bool, in jobs: JSONValue) {
        if let told = jobs.array?.first(where: { $0["device"]?.string == job }) {
            (processed, total) = (told["offset"]?.uint ?? 0, told["len"]?.uint ?? 0)
        }
        error = status.map(\.error) ?? "QEMU has forgotten it"
        guard let error else { return outcome = .completed }
        outcome = isAborted || error.contains(bytesOf: "ancel") ? .canceled : .failed
    }
}

extension GuestBackup.Disk.Outcome {
    fileprivate var told: ConnectDomainEventBlockJobStatus {
        switch self {
        case .completed: .completed
        case .canceled: .canceled
        case .failed: .failed
        }
    }
}
