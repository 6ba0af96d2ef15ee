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
        guard guest(run)?.held.backup?.disks.contains(where: { $0.job.hasSameBytes(as: job.id) }) == true
        else {
            return await leaveJob(job, of: run)
        }
        let jobs = try await ask(MonitorCommand("query-block-jobs", [:]), of: run)
        guard let held = guest(run)?.held, var backup = held.backup,
            let place = backup.disks.firstIndex(where: { $0.job.hasSameBytes(as: job.id) })
        else { return }
        backup.disks[place].end(status, isAborted: job.phase == .aborting, in: jobs)
        let others = held.blockJobs.filter { $0.kind == .backup && $0.id != job.id }
        let told = events(of: job, backup.disks[place].outcome?.told ?? .failed)
        if others.isEmpty { backup.phase = .ending }
        guest?.held.backup = backup
        guest?.held.blockJobs.removeAll { $0.id == job.id }
        guest?.undismissedJobs.insert(job.id)
        await tellOnce(told)
        await dismiss(job.id, of: run)
        if others.isEmpty {
            await windUpBackup(of: run)
        } else if backup.disks[place].outcome != .completed {
            // A backup without one of its disks is none.
            try await cancelBackupJobs(of: run)
        }
        settleJob(job.id)
    }

    /// All jobs of a backup are over, and with them the backup. That is told once nothing is left of it but the copies, which
    /// anybody may open then.
    ///
    /// Throws where QEMU still has something else of it.
    func finishBackup(of run: Int32) async throws(VirtError) {
        guard let backup = guest(run)?.held.backup, backup.phase == .ending else { return }
        try await takeBackServer(of: backup, run)
        for disk in backup.disks { await dismiss(disk.job, of: run) }
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
    func noteCopies(of backup: GuestBackup) {
        for disk in backup.disks where guest?.held.staleImages.contains(disk.image) == false {
            guest?.held.staleImages.append(disk.image)
        }
    }

    /// A job that nobody remembers a backup of.
    private func leaveJob(_ job: BlockJob, of run: Int32) async {
        await dismiss(job.id, of: run)
        guard guest(run) != nil else { return }
        guest?.held.staleImages += [job.base].compactMap { $0 }
        forget(job)
        await closeStaleImages(of: run)
        settleJob(job.id)
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

    /// Has QEMU close the copies, whose files go back to whose they were.
    func closeCopies(of backup: GuestBackup, _ run: Int32) async {
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
        guard guest(run)?.held.backup?.phase == .running else {
            return try await withJob(.modify, "undo a backup") {
                (domain: isolated QEMUDomain) async throws(VirtError) in
                try await domain.takeBackBackup(of: run)
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
            _ = try? await ask(job.abort, of: run)
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
