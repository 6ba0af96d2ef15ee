import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import QMP
import Virt

extension QEMUDomain {
    /// Does something with the running guest that takes long. Nobody else changes the guest meanwhile; it may be asked about, and
    /// may be destroyed.
    func withLongJob<Result: Sendable>(
        _ operation: DomainJobOperation, _ name: String,
        _ body: (isolated QEMUDomain, Int32) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        let id = try await jobs.acquire(.modify, name)
        let run: Int32
        do throws(VirtError) {
            if isForgotten { throw context.domains.missing(snapshot.reference) }
            run = try requireGuest().id
            try requireNoBackup(name)
        } catch {
            jobs.release(id)
            throw error
        }
        guest?.job = GuestJob(operation)
        jobs.becomeLong(id, allowing: [.query])
        defer {
            if guest?.id == run { guest?.job = nil }
            jobs.releaseLong(id)
        }
        do throws(VirtError) { return try await body(self, run) } catch {
            // Whatever fails of a guest that is gone fails because of that.
            throw guest(run) == nil || guest?.phase == .clearing ? .endedMeanwhile : error
        }
    }

    /// QEMU of a run has said something about its migration.
    func migrationChanged(_ event: QMPEvent, of run: Int32) {
        if event.name == "MIGRATION_PASS" {
            let iteration = Int32(clamping: event.data["pass"]?.int ?? 0)
            context.events.publish(
                .domainMigrationIteration(
                    DomainMigrationIterationEvent(domain: snapshot.reference, iteration: iteration)))
        } else {
            guest(run)?.job?.news.tell()
        }
    }

    // MARK: QEMU's migration

    /// Has QEMU write the guest's state to a file or a program, and waits until all is there. The guest stands still.
    ///
    /// - Parameter name: what this is for, for an error: `domain save`.
    func writeState(_ run: Int32, to pipe: StatePipe, _ name: String) async throws(VirtError)
        -> MigrationProgress
    {
        let former = try await prepareMigration(isFast: true)
        do throws(VirtError) {
            try await ask("getfd", ["fdname": "state"], descriptors: [pipe.end])
            try await ask("migrate", ["uri": "fd:state"])
            let progress = try await migrationEnd(of: run, name)
            try await pipe.finish()
            return progress
        } catch {
            // What isn't known any more isn't there to be closed.
            _ = try? await ask("closefd", ["fdname": "state"])
            if let former {
                _ = try? await ask("migrate-set-parameters", ["max-bandwidth": JSONValue(former)])
            }
            // A program that has failed is why QEMU has.
            let isAborted = guest(run)?.job?.isAborted ?? true
            if guest(run)?.monitor != nil, !isAborted { try await pipe.finish() }
            throw error
        }
    }

    /// Has QEMU read the guest's state, and waits until it has all.
    func readState(_ run: Int32, from pipe: StatePipe) async throws(VirtError) {
        _ = try await prepareMigration(isFast: false)
        try await ask("getfd", ["fdname": "state"], descriptors: [pipe.end])
        try await ask("migrate-incoming", ["uri": "fd:state"])
        pipe.end.close()
        _ = try await migrationEnd(of: run, "domain restore")
        // QEMU has all that it needs.
        try? await pipe.finish()
    }

    /// Has QEMU tell how its migration goes, and make it as fast as it can; how fast it was allowed to be before.
    private func prepareMigration(isFast: Bool) async throws(VirtError) -> UInt64? {
        try await ask(
            "migrate-set-capabilities", ["capabilities": [["capability": "events", "state": true]]])
        guard isFast else { return nil }
        let former = try await ask("query-migrate-parameters")["max-bandwidth"]?.uint
        try await ask("migrate-set-parameters", ["max-bandwidth": JSONValue((Int64.max >> 20) << 20)])
        return former
    }

    /// Waits until QEMU's migration is over.
    private func migrationEnd(of run: Int32, _ name: String) async throws(VirtError) -> MigrationProgress {
        guard let news = guest(run)?.job?.news else { throw .endedMeanwhile }
        for await _ in news.all {
            guard guest(run) != nil else { break }
            let progress = MigrationProgress(try await ask("query-migrate"))
            switch progress.phase {
            case .underWay: continue
            case .completed: return progress
            case .cancelled:
                throw VirtError(.operationAborted, "job '\(name)' canceled by client", from: .qemu)
            case .failed:
                let reason = progress.failure ?? "QEMU doesn't say why"
                throw VirtError(.operationFailed, "job '\(name)' failed: \(reason)", from: .qemu)
            }
        }
        throw .endedMeanwhile
    }
}
