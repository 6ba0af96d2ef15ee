import DriverKit
import QEMUModel
import Virt
import VirtDriver

/// What people are told of long jobs, and how they end them.
extension QEMUDomain {
    func jobInfo() async throws(VirtError) -> DomainJobInfo {
        guard let job = try activeJob() else { return try await backupInfo() ?? DomainJobInfo() }
        if job.isDump {
            guard let reply = try? await ask("query-dump") else { return DomainJobInfo() }
            let dump = DumpProgress(reply)
            return DomainJobInfo(
                type: DomainJobType.unbounded.rawValue, timeElapsed: job.elapsed, dataTotal: dump.total,
                dataProcessed: dump.processed, dataRemaining: dump.remaining, memTotal: dump.total,
                memProcessed: dump.processed, memRemaining: dump.remaining)
        }
        let progress = await progress()
        let (total, processed, remaining) = (
            progress?.total ?? 0, progress?.processed ?? 0, progress?.remaining ?? 0
        )
        return DomainJobInfo(
            type: DomainJobType.unbounded.rawValue, timeElapsed: job.elapsed, dataTotal: total,
            dataProcessed: processed, dataRemaining: remaining, memTotal: total, memProcessed: processed,
            memRemaining: remaining)
    }

    func jobStats(flags: DomainGetJobStatsFlags) async throws(VirtError) -> DomainJobStatsReply {
        try flags.require([.completed, .keepCompleted], in: "qemuDomainGetJobStats", from: .qemu)
        if flags.contains(.completed) { return completedJob(keeps: flags.contains(.keepCompleted)) }
        guard let job = try activeJob() else { return try await backupStats() ?? DomainJobStatsReply() }
        let counted =
            job.isDump
            ? (try? await ask("query-dump")).map { DumpProgress($0).parameters }
            : await progress()?.parameters
        return DomainJobStatsReply(
            type: DomainJobType.unbounded.rawValue, parameters: job.parameters(counted ?? []))
    }

    private func completedJob(keeps: Bool) -> DomainJobStatsReply {
        guard let job = lastJob else { return DomainJobStatsReply() }
        if !keeps { lastJob = nil }
        return DomainJobStatsReply(type: job.type.rawValue, parameters: job.parameters)
    }

    private func activeJob() throws(VirtError) -> GuestJob? {
        try existingActive()
        return guest?.job
    }

    private func progress() async -> MigrationProgress? {
        (try? await ask("query-migrate")).map { MigrationProgress($0) }
    }

    func abortJob() async throws(VirtError) { try await abortJobFlags(flags: []) }

    func abortJobFlags(flags: DomainAbortJobFlags) async throws(VirtError) {
        try flags.require(.postcopy, in: "qemuDomainAbortJobFlags", from: .qemu)
        let run = try requireGuest().id
        if flags.contains(.postcopy) {
            throw VirtError(
                .operationInvalid, "current job is not outgoing migration in post-copy mode", from: .qemu)
        }
        if guest(run)?.job == nil, guest(run)?.held.backup != nil { return try await abortBackup(of: run) }
        guard let job = guest(run)?.job else {
            throw VirtError(.operationInvalid, "no job is active on the domain", from: .qemu)
        }
        if job.isDump {
            throw VirtError(.operationInvalid, "cannot abort memory-only dump", from: .qemu)
        }
        if job.operation == .restore {
            throw VirtError(
                .operationInvalid, "cannot abort incoming migration; use virDomainDestroy instead",
                from: .qemu)
        }
        guest?.job?.isAborted = true
        try await ask("migrate_cancel")
    }
}
