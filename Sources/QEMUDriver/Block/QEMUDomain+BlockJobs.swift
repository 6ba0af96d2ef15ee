import ByteText
import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

/// Jobs on a running guest's disks: they begin, are looked at, and are ended. Each is on record before QEMU is asked.
extension QEMUDomain {
    // MARK: What they are

    nonisolated func blockJobInfo(
        path: String, flags: DomainBlockJobInfoFlags
    ) async throws(VirtError) -> DomainBlockJobInfo {
        try flags.require(.bandwidthBytes, in: "qemuDomainGetBlockJobInfo", from: .qemu)
        return try await blockJobInfo(of: path, inBytes: flags.contains(.bandwidthBytes))
    }

    private func blockJobInfo(of path: String, inBytes: Bool) async throws(VirtError) -> DomainBlockJobInfo {
        try requireGuest()
        let disk = try snapshot.definition.disk(path, from: .qemu)
        guard let job = blockJob(on: disk) else { return DomainBlockJobInfo() }
        let answer = try await ask("query-block-jobs")
        guard let told = answer.array?.first(where: { $0["device"]?.string == job.id }) else {
            return DomainBlockJobInfo()
        }
        var (done, all) = (told["offset"]?.uint ?? 0, told["len"]?.uint ?? 0)
        let isReady = told["ready"]?.bool ?? false
        // Only one that is ready is at its end, for whoever looks at the two numbers alone.
        if all == 0 { (done, all) = (isReady ? 1 : 0, 1) }
        if !isReady, done == all { done -= 1 }
        let speed = told["speed"]?.uint ?? 0
        return DomainBlockJobInfo(
            found: 1, type: job.type.rawValue, bandwidth: inBytes ? speed : speed.mebibytesUp, cur: done,
            end: all)
    }

    /// The job on a disk.
    func blockJob(on disk: DiskDevice) -> BlockJob? {
        guest?.held.blockJobs.first { $0.disk.hasSameBytes(as: disk.target.dev) }
    }

    /// Throws where a disk has a job already.
    func requireNoJob(on disk: DiskDevice) throws(VirtError) {
        guard blockJob(on: disk) != nil else { return }
        throw VirtError(
            disk.mirror == nil ? .operationUnsupported : .blockCopyActive,
            "disk '\(disk.target.dev)' already in active block job", from: .qemu)
    }

    /// Throws where any disk has a job, as what concerns the whole guest must not begin then.
    func requireNoBlockJobs() throws(VirtError) {
        // A backup copies what was, whatever becomes of the disk.
        if guest?.held.blockJobs.allSatisfy({ $0.kind == .backup }) ?? true { return }
        throw VirtError(.operationInvalid, "domain has active block job", from: .qemu)
    }

    // MARK: What is done with them

    func blockJobSetSpeed(
        path: String, bandwidth: UInt64, flags: DomainBlockJobSetSpeedFlags
    ) async throws(VirtError) {
        try flags.require(.bandwidthBytes, in: "qemuDomainBlockJobSetSpeed", from: .qemu)
        let speed = try BlockSpeed(bandwidth, inBytes: flags.contains(.bandwidthBytes)).bytes
        try await withJob(.modify, "block job speed") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            let job = try domain.requireJob(path)
            try await domain.ask("block-job-set-speed", ["device": .string(job.id), "speed": .init(speed)])
        }
    }

    func blockJobAbort(path: String, flags: DomainBlockJobAbortFlags) async throws(VirtError) {
        try flags.require([.async, .pivot], in: "qemuDomainBlockJobAbort", from: .qemu)
        let (id, run) = try await withJob(.modify, "end a block job") {
            (domain: isolated QEMUDomain) async throws(VirtError) -> (String, Int32) in
            let run = try domain.requireGuest().id
            let job = try domain.requireJob(path)
            try await domain.end(job, byPivot: flags.contains(.pivot))
            return (job.id, run)
        }
        if !flags.contains(.async) { await blockJobEnd(id, run) }
    }

    private func requireJob(_ path: String) throws(VirtError) -> BlockJob {
        try requireGuest()
        let disk = try snapshot.definition.disk(path, from: .qemu)
        guard let job = blockJob(on: disk) else {
            throw VirtError(
                .invalidArg, "disk \(disk.target.dev) does not have an active block job", from: .qemu)
        }
        return job
    }

    /// Has QEMU end a job. What it is to end as is on record first.
    func end(_ job: BlockJob, byPivot: Bool) async throws(VirtError) {
        if byPivot, !job.isMirror || job.phase != .ready {
            throw VirtError(
                .blockCopyActive, "block job '\(job.id)' not ready for pivot yet", from: .qemu)
        }
        if job.phase == .aborting || job.phase == .pivoting {
            throw VirtError(
                .operationInvalid, "block job on disk '\(job.disk)' is still being ended", from: .qemu)
        }
        setPhase(byPivot ? .pivoting : .aborting, of: job.id)
        do throws(VirtError) {
            try await writeJobs()
            if byPivot {
                await carryBitmaps(along: job)
                try await ask("job-complete", ["id": .string(job.id)])
            } else {
                try await ask(job.abort.name, job.abort.arguments)
            }
        } catch {
            setPhase(job.phase, of: job.id)
            saveRecordSoon()
            throw error
        }
    }

    func setPhase(_ phase: BlockJob.Phase, of id: String) {
        guard let index = guest?.held.blockJobs.firstIndex(where: { $0.id == id }),
            let job = guest?.held.blockJobs[index]
        else { return }
        guest?.held.blockJobs[index].phase = phase
        guard job.isMirror else { return }
        let shown: DiskMirror.Ready? =
            switch phase {
            case .running: nil
            case .ready: .yes
            case .pivoting: .pivot
            case .aborting: .abort
            }
        changeDisk(job.disk) { $0.mirror?.ready = shown }
    }

    // MARK: How they begin

    /// Begins a job, which is on record with what it makes of the document before QEMU is asked. One that QEMU refuses is
    /// off record again.
    func begin(
        _ job: BlockJob, _ command: MonitorCommand,
        showing change: @Sendable (inout DiskDevice) -> Void = { _ in }
    ) async throws(VirtError) {
        try await note(job, showing: change)
        try await carryOut(job, command)
    }

    /// Puts a job on record, and what it makes of the document.
    func note(
        _ job: BlockJob, showing change: @Sendable (inout DiskDevice) -> Void
    ) async throws(VirtError) {
        try requireGuest()
        guest?.held.blockJobs.append(job)
        changeDisk(job.disk, change)
        do throws(VirtError) { try await writeJobs() } catch {
            forget(job)
            throw error
        }
    }

    /// Has QEMU begin a job that is on record.
    func carryOut(_ job: BlockJob, _ command: MonitorCommand) async throws(VirtError) {
        let run = try requireGuest().id
        do throws(VirtError) {
            try await ask(command.name, command.arguments)
        } catch {
            // Of one that hasn't answered nobody knows whether it has begun.
            if guest(run) != nil, error.code != .operationTimeout { forget(job) }
            throw error
        }
    }

    /// A job that has never begun.
    func forget(_ job: BlockJob) {
        guest?.held.blockJobs.removeAll { $0.id == job.id }
        if job.isMirror { changeDisk(job.disk) { $0.mirror = nil } }
        saveRecordSoon()
    }

    /// Changes the running guest's document where it has the disk with a target.
    func changeDisk(_ target: String, _ change: (inout DiskDevice) -> Void) {
        publish { now in
            guard
                let index = now.live?.devices.disks.firstIndex(where: {
                    $0.target.dev.hasSameBytes(as: target)
                })
            else { return }
            if var disk = now.live?.devices.disks[index] {
                change(&disk)
                now.live?.devices.disks[index] = disk
            }
        }
    }

    /// Writes the record with what is under way: jobs on disks, a backup, a state that is written to a file.
    func writeJobs() async throws(VirtError) {
        do throws(SystemError) { try await writeRecord() } catch {
            throw VirtError(error, "the record of domain '\(snapshot.name)' can't be written")
        }
    }
}

/// How fast a job may be.
struct BlockSpeed {
    /// Bytes a second; 0 for as fast as it can.
    let bytes: UInt64

    init(_ bandwidth: UInt64, inBytes: Bool) throws(VirtError) {
        let unit: UInt64 = inBytes ? 1 : 1 << 20
        let greatest = UInt64(Int64.max) / unit
        if bandwidth > greatest {
            throw VirtError(.overflow, "bandwidth must be less than \(greatest)", from: .qemu)
        }
        bytes = bandwidth * unit
    }
}

extension UInt64 {
    /// So many bytes in MiB, rounded up.
    fileprivate var mebibytesUp: UInt64 { self >> 20 + (self & (1 << 20 - 1) == 0 ? 0 : 1) }
}
