import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt

/// What is written down of long jobs, and how those end that a former daemon began.
extension QEMUDomain {
    /// From here on a daemon that starts anew knows of the job.
    func begin(_ job: RecordedJob, _ run: Int32) async throws(VirtError) {
        guard guest(run) != nil else { throw .endedMeanwhile }
        guest?.held.job = job
        try await writeJobs()
    }

    /// All is in the file: whatever happens now, the next daemon takes it for whole.
    func noteWhole(_ run: Int32) async throws(VirtError) {
        guard guest(run) != nil, guest?.held.job != nil else { throw .endedMeanwhile }
        guest?.held.job?.isWhole = true
        try await writeJobs()
    }

    /// The job is over.
    func forgetJob(_ run: Int32) async throws(VirtError) {
        guard guest(run) != nil, guest?.held.job != nil else { return }
        guest?.held.job = nil
        try await writeJobs()
    }

    /// What a job counted is told, now and when it is asked for.
    func complete(_ run: Int32, _ progress: MigrationProgress) {
        guard let job = guest(run)?.job else { return }
        complete(job.parameters(progress.parameters))
    }

    func complete(_ parameters: [TypedParameter]) {
        lastJob = CompletedJob(type: .completed, parameters: parameters)
        context.events.publish(
            .domainJobCompleted(DomainJobCompletedEvent(domain: snapshot.reference, parameters: parameters)))
    }

    /// A job has failed: its file goes, and the guest goes on as it did. Where QEMU can't be reached, whoever reaches it next
    /// sees to that.
    func giveUp(
        _ place: StatePlace, _ run: Int32, resumes: Bool, _ reason: DomainRunningReason
    ) async {
        await Blocking.run { place.discard() }
        guard let guest = guest(run), guest.life.end == nil else { return }
        do throws(VirtError) {
            if resumes, snapshot.state == .paused { try await continueProcessors(reason) }
            try await forgetJob(run)
        } catch {
            context.log.error("domain '\(snapshot.name)' does not go on: \(error.message)")
        }
    }

    /// Brings a job to an end that a former daemon has begun, or this one when QEMU couldn't be reached: a file that isn't whole
    /// goes and the guest goes on; what is all in its file ends. Answers whether the guest stays.
    func settleJob(of run: Int32) async throws(VirtError) -> Bool {
        guard let job = guest(run)?.held.job else { return true }
        if job.kind == .restore { return try await settleRestore(of: run, job) }
        _ = try await ask("migrate_cancel")
        if job.kind == .save, job.isWhole {
            try await context.writing(job.place.path) { () throws(SystemError) in try job.place.take() }
            context.log.info(
                "domain '\(snapshot.name)' is saved to \(job.place.path), as a former daemon was asked for")
            endSoon(run, .saved)
            return false
        }
        context.log.warning(
            "what was written of domain '\(snapshot.name)' to \(job.place.path) was interrupted: it goes on")
        if job.resumes, snapshot.state == .paused { try await continueProcessors(.saveCanceled) }
        await Blocking.run { job.place.discard() }
        try await forgetJob(run)
        return true
    }

    /// Whether a job is with what the domain starts from by itself.
    func isManaged(_ job: RecordedJob) -> Bool {
        job.place.path.hasSameBytes(as: context.managedSavePath(snapshot.name))
    }

    /// A guest that was restored goes on where QEMU has read all of it; else it ends, and what it is read from stays.
    private func settleRestore(of run: Int32, _ job: RecordedJob) async throws(VirtError) -> Bool {
        let status = try await ask("query-status")["status"]?.string
        let progress = MigrationProgress(try await ask("query-migrate"))
        guard status != "inmigrate", progress.phase == .completed else {
            context.log.error(
                "domain '\(snapshot.name)' was being restored when the daemon ended: it is ended")
            endSoon(run, .failed)
            return false
        }
        try await isRestored(run, runs: job.resumes)
        return true
    }

    /// QEMU has all of a restored guest. What it was read from must not be used again where it is the domain's own.
    func isRestored(_ run: Int32, runs: Bool) async throws(VirtError) {
        if let job = guest(run)?.held.job, job.kind == .restore, isManaged(job) {
            try await removeManagedSave()
        }
        if runs { try await continueProcessors(loading == nil ? .restored : .fromSnapshot) }
        try await forgetJob(run)
    }
}
