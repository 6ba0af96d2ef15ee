import ByteText
import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// Images of a running guest are merged by its QEMU, as a commit does that.
extension QEMUDomain {
    /// Whether the running guest has an image of a merge open.
    func isOpen(_ merge: ImageOverlay) -> Bool {
        guard guest != nil, let disk = snapshot.live?.disk(called: merge.top.disk) else { return false }
        return disk.chain.contains { $0.has(merge.top) || $0.has(merge.base) }
    }

    /// Refuses what neither QEMU can merge, since it isn't one of its disk's images, nor anybody else, since QEMU has what it
    /// would be merged into.
    func requireMergeable(_ merge: ImageOverlay, for name: String) throws(VirtError) {
        guard isOpen(merge), let chain = snapshot.live?.disk(called: merge.top.disk)?.chain else { return }
        if chain.contains(where: { $0.has(merge.top) }), chain.contains(where: { $0.has(merge.base) }) {
            return
        }
        throw VirtError(
            .operationUnsupported,
            "the images of snapshot '\(name)' are in use by the running domain, which has others of its disk too: stop it to "
                + "delete the snapshot", from: .qemu)
    }

    /// Has QEMU write what an image holds into the one below, and waits until that is done. One that is doing so already goes on,
    /// and where it has been done nothing is left to do.
    func mergeLive(_ merge: ImageOverlay) async throws(VirtError) {
        let run = try requireGuest().id
        guard let disk = snapshot.live?.disk(called: merge.top.disk),
            let top = disk.chain.first(where: { $0.has(merge.top) }),
            let base = disk.chain.first(where: { $0.has(merge.base) })
        else { return }
        if blockJob(on: disk) == nil {
            let isOwn = disk.chain.first?.index == top.index
            let images = try CommittedImages(
                of: disk, from: isOwn ? nil : "\(disk.target.dev)[\(top.index)]",
                into: "\(disk.target.dev)[\(base.index)]",
                isOwn ? .active : [])
            try await commit(images, of: disk, [], BlockSpeed(0, inBytes: true))
            hasBegunMerge = true
        }
        guard let job = blockJob(on: disk), job.top == top.index, job.base == base.index else {
            throw VirtError(
                .operationInvalid, "disk '\(disk.target.dev)' has another job", from: .qemu)
        }
        try await complete(job, of: run)
        let now = snapshot.live?.disk(called: merge.top.disk)?.chain ?? []
        if !now.contains(where: { $0.index == top.index }) { return }
        throw VirtError(
            .operationFailed, "'\(merge.top.path)' could not be merged into '\(merge.base.path)'", from: .qemu
        )
    }

    /// Waits for the end of a commit, and has the disk change over where that is its end. Whoever calls has the domain for
    /// itself.
    private func complete(_ job: BlockJob, of run: Int32) async throws(VirtError) {
        var pause = GrowingPause(from: .milliseconds(5), to: .milliseconds(500))
        while guest(run) != nil {
            guard let now = guest?.held.blockJobs.first(where: { $0.id == job.id }) else { return }
            let status = BlockJobStatus(job.id, in: try await ask("query-jobs"))
            if status?.isConcluded ?? true {
                try await settle(job.id, of: run)
                continue
            }
            if status?.status == "ready" {
                becameReady(job.id)
                if now.phase == .ready { try await end(now, byPivot: true) }
            }
            await pause.wait()
        }
        throw .endedMeanwhile
    }
}

extension DiskImage {
    /// Whether it is the image of a merge.
    fileprivate func has(_ image: SnapshotImage) -> Bool { path?.hasSameBytes(as: image.path) == true }
}
