import ByteText
import DriverKit
import LinuxSystem
import Logging
import Virt
import VirtXML
import XMLBinding

/// Changes of images that are written down before they are begun.
extension QEMUDomain {
    /// Does what a plan says, which is on disk meanwhile; what fails is undone.
    ///
    /// - Parameter isRecovery: it is what was begun before that is being settled.
    func planning(
        _ plan: SnapshotPlan, isRecovery: Bool = false,
        _ body: (isolated QEMUDomain) async throws(VirtError) -> Void
    ) async throws(VirtError) {
        try requireNoBackup("snapshot")
        if !isRecovery { try await settleFormer() }
        hasBegunMerge = false
        let (plans, name, text) = (context.plans, snapshot.name, plan.text)
        do throws(SystemError) {
            try await Blocking.run { () throws(SystemError) in try plans.save(name, text) }
        } catch {
            throw VirtError(error, "the plan of what is to be done with '\(name)' can't be written")
        }
        do throws(VirtError) {
            try await body(self)
        } catch {
            if !isRecovery { await resolve(plan, after: error) }
            throw error
        }
        await removePlan()
    }

    /// Sees to what was begun before and couldn't be settled then. Throws where it still can't be.
    private func settleFormer() async throws(VirtError) {
        let (plans, name) = (context.plans, snapshot.name)
        guard let text = await Blocking.run({ try? plans.read(name) }), let plan = SnapshotPlan(text: text)
        else { return }
        await settle(plan)
        guard await Blocking.run({ FileSystem.exists(plans.path(name)) }) else { return }
        throw VirtError(
            .operationFailed,
            "what was begun with snapshot '\(plan.name)' of '\(name)' is neither done nor undone: the daemon's log says why",
            from: .qemu)
    }

    private func removePlan() async {
        let (plans, name) = (context.plans, snapshot.name)
        await Blocking.run { try? plans.remove(name) }
    }

    /// Undoes what failed, where it can be undone; what only can be finished is tried again by the next daemon.
    private func resolve(_ plan: SnapshotPlan, after error: VirtError) async {
        switch plan.action {
        case .takeInner, .takeOuter, .revertOuter: await settle(plan)
        case .deleteOuter where hasBegunMerge:
            context.log.error(
                "snapshot '\(plan.name)' of '\(snapshot.name)' is being deleted still: \(error.message)")
            settleLater(plan)
        case .revertInner, .deleteInner, .deleteOuter: await removePlan()
        }
    }

    /// Finishes or undoes what a daemon that was killed has begun.
    func recoverPlan() async {
        let (plans, name) = (context.plans, snapshot.name)
        guard let text = await Blocking.run({ try? plans.read(name) }) else { return }
        guard let plan = SnapshotPlan(text: text) else {
            return context.log.error("'\(plans.path(name))' is no plan of snapshots: it is left as it is")
        }
        if plan.action == .deleteOuter, plan.isLive, guest != nil {
            // QEMU may have to write for long: nobody waits for that.
            Task { await self.settleUnderJob(plan) }
            return
        }
        await settleUnderJob(plan)
    }

    private func settleUnderJob(_ plan: SnapshotPlan) async {
        let name = snapshot.name
        let job: Void? = try? await withJob(.modify, "snapshot recovery") {
            (domain: isolated QEMUDomain) async throws(VirtError) in await domain.settle(plan)
        }
        if job == nil { context.log.error("snapshot '\(plan.name)' of '\(name)' is left half done") }
    }

    /// Brings what was begun to one of its ends, and says which.
    private func settle(_ plan: SnapshotPlan) async {
        let (name, domain) = (plan.name, snapshot.name)
        do throws(VirtError) {
            switch plan.action {
            case .takeInner: try await settleTaking(plan)
            case .takeOuter: try await settleFiles(plan)
            case .revertOuter: try await settleReturn(plan)
            case .deleteInner, .deleteOuter:
                await remove(plan.leftovers)
                if let doomed = snapshot.snapshots[name] { try await discard(doomed, isRecovery: true) }
                context.log.info("snapshot '\(name)' of '\(domain)', which was being deleted, is gone now")
            case .revertInner:
                if let target = snapshot.snapshots[name], guest == nil {
                    try await returnImages(to: target, plan.images)
                    try await adopt(target)
                    context.log.info("'\(domain)' is returned to snapshot '\(name)' now")
                }
            }
        } catch {
            settleLater(plan)
            return context.log.error(
                "snapshot '\(name)' of '\(domain)' is left half done so far: \(error.message)")
        }
        await removePlan()
    }

    /// What QEMU can't be asked about is settled once it has ended, or by the next daemon.
    private func settleLater(_ plan: SnapshotPlan) {
        guard plan.isLive, let guest else { return }
        Task {
            await guest.over.wait()
            await self.recoverPlan()
        }
    }

    private func settleTaking(_ plan: SnapshotPlan) async throws(VirtError) {
        if snapshot.snapshots[plan.name] == nil {
            if snapshot.isActive {
                try await awaitJob(of: plan.name)
                try await deleteLive(plan.name, plan.images)
            } else {
                for image in plan.images { try await ImageTool().delete(plan.name, in: image) }
            }
            context.log.info("snapshot '\(plan.name)' of '\(snapshot.name)', which was being made, is undone")
        }
        if plan.resumes, snapshot.state == .paused { try? await continueProcessors(.unpaused) }
    }

    /// Whether the domain has one of the plan's files by now.
    private func isCommitted(_ plan: SnapshotPlan) async throws(VirtError) -> Bool {
        let used = [snapshot.live, snapshot.persistent].compactMap { $0 }.flatMap { $0.devices.disks }
        let paths = Set(used.compactMap { $0.source.path.map { ByteName($0) } })
        if plan.files.contains(where: { paths.contains(ByteName($0)) }) { return true }
        return plan.isLive && snapshot.isActive ? try await writes(to: plan.images) : false
    }

    private func settleFiles(_ plan: SnapshotPlan) async throws(VirtError) {
        if plan.isLive, snapshot.isActive { try await ask("migrate_cancel") }
        try await settleOverlays(plan)
        if plan.resumes, snapshot.state == .paused { try await continueProcessors(.unpaused) }
        // An agent that is gone has nothing that waits.
        if plan.isFrozen, snapshot.isActive { _ = try? await fsThaw(mountpoints: [], flags: 0) }
    }

    private func settleOverlays(_ plan: SnapshotPlan) async throws(VirtError) {
        let domain = snapshot.name
        if try await isCommitted(plan) {
            if let text = plan.record {
                let record = try SnapshotDefinition(document: text, [.inactive, .secure])
                try await adoptOverlays(plan.images)
                if record.active == true { try await keep(record, isCurrent: true) }
            }
            return context.log.info(
                "snapshot '\(plan.name)' of '\(domain)', which was being made, is whole now")
        }
        if plan.isLive, snapshot.isActive { try await close(plan.images) }
        if snapshot.snapshots[plan.name] != nil { try await forgetSnapshot(plan.name) }
        await remove(plan.files)
        context.log.info("snapshot '\(plan.name)' of '\(domain)', which was being made, is undone")
    }

    private func settleReturn(_ plan: SnapshotPlan) async throws(VirtError) {
        let domain = snapshot.name
        guard try await isCommitted(plan) else {
            await remove(plan.files)
            return context.log.info("the return of '\(domain)' to snapshot '\(plan.name)' is undone")
        }
        try await noteReturn(to: plan.name, plan.images)
        await remove(plan.leftovers)
        context.log.info("'\(domain)' is returned to snapshot '\(plan.name)' now")
    }

    /// Removes those of some files that nothing needs.
    func remove(_ files: [String]) async {
        let doomed = await unneeded(files)
        await Blocking.run { for file in doomed { _ = try? FileSystem.remove(file) } }
    }

    /// The files of these that neither this domain, its snapshots, nor anybody else's images need.
    func unneeded(_ files: [String]) async -> [String] {
        let (needed, graph) = (neededFiles, await imageGraph())
        return files.filter { file in
            !needed.contains(ByteName(file)) && graph.above(file).isEmpty && !graph.isOthers(file)
        }
    }
}
