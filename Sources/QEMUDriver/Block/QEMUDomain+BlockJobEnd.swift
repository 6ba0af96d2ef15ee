import ByteText
import DriverKit
import HostKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtXML

/// What becomes of jobs: QEMU tells that they are ready or over, or is asked by a daemon that comes later.
extension QEMUDomain {
    /// QEMU tells that a job goes on to another state.
    func jobChanged(_ event: QMPEvent, of run: Int32) {
        guard let id = event.data["id"]?.string, let status = event.data["status"]?.string,
            let guest = guest(run)
        else { return }
        let isOnRecord = guest.held.blockJobs.contains { $0.id == id }
        switch status {
        case "ready" where isOnRecord: becameReady(id)
        case "concluded" where isOnRecord: Task { await conclude(id, of: run) }
        case "concluded": settleJob(id)
        default: break
        }
    }

    /// What is copied is kept the same from now on.
    func becameReady(_ id: String) {
        guard let job = guest?.held.blockJobs.first(where: { $0.id == id }), job.phase == .running else {
            return
        }
        setPhase(.ready, of: id)
        tell(job, .ready)
        saveRecordSoon()
    }

    /// A job is over: whoever is at work on the domain is waited for.
    private func conclude(_ id: String, of run: Int32) async {
        while guest(run) != nil {
            let done: Void? = try? await withJob(.modify, "end of a block job") {
                (domain: isolated QEMUDomain) async throws(VirtError) in
                guard domain.guest(run) != nil else { return }
                do throws(VirtError) { try await domain.settle(id, of: run) } catch {
                    domain.context.log.error(
                        "job '\(id)' of domain '\(domain.snapshot.name)' is over, but not settled: \(error)")
                    // Nobody waits for what only a later look may settle.
                    domain.settleJob(id)
                }
            }
            if done != nil { return }
        }
    }

    /// What every job on record has come to, and every image that was to be closed: asked once a guest is taken up.
    func learnBlockJobs(_ run: Int32) async throws(VirtError) {
        if guest(run)?.held.backup?.phase == .preparing {
            context.log.warning("a backup of domain '\(snapshot.name)' that was being begun is undone")
        }
        await windUpBackup(of: run)
        guard let held = guest(run)?.held else { return }
        let answer = try await ask("query-jobs")
        for job in held.blockJobs {
            guard let status = BlockJobStatus(job.id, in: answer) else {
                try await settle(job.id, of: run)
                continue
            }
            if status.isConcluded { try await settle(job.id, of: run) }
            if status.status == "ready" { becameReady(job.id) }
            if !status.isConcluded { await goOnEnding(job, status) }
        }
        let isKnown = Set(held.blockJobs.map(\.id))
        for id in BlockJobStatus.concluded(in: answer) where !isKnown.contains(id) {
            _ = try? await ask("job-dismiss", ["id": .string(id)])
        }
        guard guest(run) != nil else { return }
        guest?.knowsJobs = true
        await closeStaleImages(of: run)
    }

    /// A job that a former daemon was asked to end, and that QEMU may not have heard of that.
    private func goOnEnding(_ job: BlockJob, _ status: BlockJobStatus) async {
        switch job.phase {
        case .pivoting where status.status == "ready":
            await carryBitmaps(along: job)
            _ = try? await ask("job-complete", ["id": .string(job.id)])
        case .aborting: _ = try? await ask(job.abort.name, job.abort.arguments)
        default: break
        }
    }

    // MARK: What is made of the end

    /// Takes note of a job that is over, or of one that never began: document, record and definition name the right
    /// images before QEMU forgets the job.
    func settle(_ id: String, of run: Int32) async throws(VirtError) {
        guard let job = guest(run)?.held.blockJobs.first(where: { $0.id == id }) else { return }
        let status = BlockJobStatus(id, in: try await ask("query-jobs"))
        if let status, !status.isConcluded { return }
        if job.kind == .backup { return try await settleBackup(job, status, of: run) }
        guard
            let disk = snapshot.live?.devices.disks.first(where: { $0.target.dev.hasSameBytes(as: job.disk) })
        else { return forget(job) }
        let nodes = try await blockNodes()
        let isDone = Self.isDone(job, status, on: disk, nodes)
        if status == nil, !isDone { return await undo(job, disk) }
        let (after, gone) = disk.after(job, isDone: isDone)
        try await follow(after, inPlaceOf: disk, job, isDone: isDone)
        changeDisk(job.disk) { disk in
            (disk.source, disk.driver.format, disk.backingStore) = (
                after.source, after.driver.format, after.backingStore
            )
            (disk.driver.metadataCacheSize, disk.mirror) = (after.driver.metadataCacheSize, after.mirror)
        }
        guest?.undismissedJobs.insert(id)
        guest?.held.blockJobs.removeAll { $0.id == id }
        guest?.held.staleImages += gone.map(\.index)
        let outcome = Self.outcome(job, status, isDone: isDone)
        let told = events(of: job, outcome)
        do throws(VirtError) {
            try await context.events.announcing(told[0], told[1]) { () async throws(VirtError) in
                try await writeJobs()
            }
        } catch {
            // A daemon that finds the job on record sees by QEMU's chain what became of it.
            context.log.error("\(error.message)")
        }
        for event in told { context.events.publish(event) }
        if status != nil { _ = try? await ask("job-dismiss", ["id": .string(id)]) }
        guest?.undismissedJobs.remove(id)
        await closeStaleImages(of: run)
        await giveUp(gone, of: run, removing: isDone && job.removesFiles)
        settleJob(id)
    }

    /// Whether a job has done what it was to do: of one that changes the disk over, QEMU's own chain says so.
    private static func isDone(
        _ job: BlockJob, _ status: BlockJobStatus?, on disk: DiskDevice, _ nodes: BlockNodes
    ) -> Bool {
        let now = nodes.chain(of: disk.info.alias ?? "")
        if job.isMirror { return job.base != nil && now.first == job.base }
        if let status { return status.error == nil }
        return now == disk.after(job, isDone: true).disk.chain.map(\.index)
    }

    private static func outcome(
        _ job: BlockJob, _ status: BlockJobStatus?, isDone: Bool
    ) -> ConnectDomainEventBlockJobStatus {
        if isDone { return .completed }
        let isCancelled = status?.error?.contains(bytesOf: "ancel") ?? true
        return isCancelled || job.phase == .aborting ? .canceled : .failed
    }

    /// A job that was on record and that QEMU has never heard of.
    private func undo(_ job: BlockJob, _ disk: DiskDevice) async {
        let gone = disk.after(job, isDone: false).gone
        guest?.held.staleImages += gone.map(\.index)
        forget(job)
        if let run = guest?.id { await closeStaleImages(of: run) }
        settleJob(job.id)
    }

    /// The definition follows where it names the image that the disk had.
    private func follow(
        _ after: DiskDevice, inPlaceOf disk: DiskDevice, _ job: BlockJob, isDone: Bool
    ) async throws(VirtError) {
        guard isDone, let former = snapshot.persistent, var changed = snapshot.persistent,
            let index = changed.devices.disks.firstIndex(where: {
                $0.target.dev.hasSameBytes(as: disk.target.dev) && $0.source.isSameImage(as: disk.source)
            })
        else { return }
        changed.devices.disks[index].backingStore = nil
        if job.isMirror {
            changed.devices.disks[index].source = after.source
            changed.devices.disks[index].source.index = nil
            changed.devices.disks[index].driver.format = after.driver.format
        }
        if changed == former { return }
        try await keep(changed, as: changed)
    }

    // MARK: What is left behind

    /// Has QEMU close images that no disk has any more. What it won't close now is tried again by the next daemon.
    func closeStaleImages(of run: Int32) async {
        guard let stale = guest(run)?.held.staleImages, !stale.isEmpty else { return }
        for index in stale {
            for part in ["format", "slice-sto", "storage"] {
                _ = try? await ask("blockdev-del", ["node-name": .string("libvirt-\(index)-\(part)")])
            }
            _ = try? await ask("object-del", ["id": .string("libvirt-\(index)-format-encryption-secret0")])
        }
        guard guest(run) != nil, let nodes = try? await blockNodes() else { return }
        guest?.held.staleImages.removeAll { stale.contains($0) && nodes.top(of: $0) == nil }
        saveRecordSoon()
    }

    /// Files of images that the disk hasn't any more go back to whose they were, unless another disk has them.
    private func giveUp(_ images: [DiskImage], of run: Int32, removing: Bool) async {
        let used = Set((snapshot.live?.usedFiles ?? []).map { ByteName($0.path) })
        let paths = images.compactMap(\.path).filter { !used.contains(ByteName($0)) }
        let given = (guest(run)?.held.ownerships ?? []).filter { file in
            paths.contains { $0.hasSameBytes(as: file.path) }
        }
        await takeBack(given, of: run)
        saveRecordSoon()
        guard removing else { return }
        let log = context.log
        let doomed = await unneeded(paths)
        for path in paths where !doomed.contains(where: { $0.hasSameBytes(as: path) }) {
            log.info("'\(path)' has been committed, and is kept, since a snapshot or another image needs it")
        }
        await Blocking.run {
            for path in doomed {
                do throws(SystemError) { _ = try FileSystem.remove(path) } catch {
                    log.error("'\(path)', which has been committed, can't be removed: \(error)")
                }
            }
        }
    }

    // MARK: Who waits, and who is told

    /// Waits until a job is over and taken note of.
    func blockJobEnd(_ id: String, _ run: Int32) async {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: to get here may have taken a wait.
            guard let guest = guest(run) else { return continuation.resume() }
            if guest.endedJobs.contains(id) {
                self.guest?.endedJobs.remove(id)
                return continuation.resume()
            }
            let isUnfinished = guest.held.blockJobs.contains { $0.id == id } || guest.awaitedJobs.contains(id)
            guard isUnfinished else { return continuation.resume() }
            self.guest?.jobWaiters[id, default: []].append(continuation)
        }
    }

    /// Wakes those who wait for a job's end.
    func settleJob(_ id: String) {
        if guest?.awaitedJobs.remove(id) != nil, guest?.jobWaiters[id] == nil {
            guest?.endedJobs.insert(id)
        }
        for waiter in guest?.jobWaiters.removeValue(forKey: id) ?? [] { waiter.resume() }
    }

    private func tell(_ job: BlockJob, _ status: ConnectDomainEventBlockJobStatus) {
        for event in events(of: job, status) { context.events.publish(event) }
    }

    /// A job's news, by the file of the disk and by its target.
    func events(of job: BlockJob, _ status: ConnectDomainEventBlockJobStatus) -> [Event] {
        let disk = snapshot.live?.devices.disks.first { $0.target.dev.hasSameBytes(as: job.disk) }
        let reference = snapshot.reference
        return [
            .domainBlockJob(
                DomainBlockJobEvent(
                    domain: reference, path: disk?.source.path ?? "", type: job.type.rawValue,
                    status: status.rawValue)),
            .domainBlockJob2(
                DomainBlockJob2Event(
                    domain: reference, dst: job.disk, type: job.type.rawValue, status: status.rawValue)),
        ]
    }
}
