import DriverKit
import Glibc
import HostKit
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtXML

extension QEMUDomain {
    /// Ends a run, whoever asks for it, and waits until all that it held is given back. A run that has ended already is
    /// nothing to do.
    ///
    /// - Parameter gracefully: QEMU is never killed; throws where it doesn't end when told to.
    func end(_ run: Int32, _ reason: EndReason, gracefully: Bool = false) async throws(VirtError) {
        guard guest(run) != nil else { return await finish(run, reason) }
        guest?.life.ask(end: reason)
        do throws(VirtError) {
            try await killQEMU(of: run, gracefully: gracefully)
        } catch {
            if gracefully, guest(run) != nil { guest?.life.withdrawEnd() }
            throw error
        }
        await finish(run, reason)
    }

    /// Ends QEMU and waits until it is gone: politely at first, so that it can write what it holds.
    private func killQEMU(of run: Int32, gracefully: Bool) async throws(VirtError) {
        guard let process = try await process(of: run) else { return }
        let id = process.identity.id
        try? process.signal(SIGTERM)
        if await process.ends(within: .seconds(gracefully ? 15 : 10)) { return }
        if gracefully {
            throw VirtError(
                .operationFailed, "Failed to terminate process \(id) with SIGTERM: it is still there",
                from: .qemu)
        }
        try? process.signal(SIGKILL)
        if await process.ends(within: .seconds(30)) { return }
        throw VirtError(
            .operationFailed,
            "QEMU of domain '\(snapshot.name)' (process \(id)) can't be killed: it waits for a device of the host",
            from: .qemu)
    }

    /// QEMU of a run; nil where it has ended, or was never started. Throws where that can't be seen.
    private func process(of run: Int32) async throws(VirtError) -> ProcessHandle? {
        guard let guest = guest(run) else { return nil }
        if let process = guest.process { return process }
        guard let identity = guest.held.process else {
            if guest.phase == .unseen { throw guest.unseen(snapshot.name) }
            return nil
        }
        switch await Blocking.run({ identity.look() }) {
        case .there(let process): return process
        case .gone: return nil
        case .unknown(let error):
            throw VirtError(
                error, "QEMU of domain '\(snapshot.name)' (process \(identity.id)) can't be looked at")
        }
    }

    /// What is to be done once QEMU of a run is gone. It is done once, and all who come wait until it is.
    func finish(_ run: Int32, _ reason: EndReason) async {
        guard let guest, guest.id == run else { return }
        switch guest.phase {
        case .clearing, .starting: await guest.over.wait()
        case .unseen, .running: await clear(run, reason)
        }
    }

    /// Gives back what a run held whose QEMU is gone.
    private func clear(_ run: Int32, _ reason: EndReason) async {
        try? await recall(run)
        if guest(run)?.recordState == .hidden { guest?.recordState = .lost }
        await presumeFiles(of: run)
        if let guest = guest(run) { await Self.hearLast(of: guest) }
        guard let ended = guest(run), let reason = guest?.life.beginClearing(reason) else {
            // Somebody else was quicker.
            return await finish(run, reason)
        }
        for stream in ended.consoles.values { stream.close() }
        for removal in ended.removals.values { removal.end() }
        for waiter in ended.jobWaiters.values.joined() { waiter.resume() }
        guest?.jobWaiters = [:]
        ended.job?.news.end()
        guest?.consoles = [:]
        guest?.removals = [:]
        ended.watch?.cancel()
        await ended.agent?.close()
        await ended.monitor?.close()
        let log = ProgramLog(ofGuest: snapshot.name, context.configuration)
        await Blocking.run { log.note("shutting down, reason=\(reason.word)") }
        await endBackup(with: ended.held)
        if let job = ended.held.job { await Blocking.run { job.settleFile() } }
        await context.giveUp(snapshot.live?.devices.interfaces ?? [], of: snapshot.uuid)
        await context.networks.release(of: snapshot.uuid, but: [])
        await context.clearAway(ended.held, ended.file)
        if !snapshot.isPersistent {
            await removeTPMState(of: snapshot.live)
            await context.forgetTransient(snapshot.name)
        }
        becameShutoff(reason, isTold: ended.life.isTold)
        ended.over.open()
    }

    /// Waits until all has been heard that QEMU said before its end. What holds its monitor open beyond that isn't QEMU,
    /// and is not waited for.
    private static func hearLast(of ended: RunningGuest) async {
        guard let events = ended.events else { return }
        let limit = Task {
            try await Task.sleep(for: .milliseconds(500))
            events.cancel()
        }
        await events.value
        limit.cancel()
    }

    private func becameShutoff(_ reason: EndReason, isTold: Bool) {
        let isSaved = guest?.held.job.map { $0.kind == .save && $0.isWhole && isManaged($0) } ?? false
        guest = nil
        let event = lifecycle(.stopped, reason.detail.rawValue)
        // Of a guest that nobody has heard of, nobody hears that it has ended.
        publish(isTold ? [event] : []) { now in
            (now.state, now.reason) = (.shutoff, reason.reason.rawValue)
            now.forgetRun()
            // Nobody sees it saved and not yet off.
            if isSaved { now.hasManagedSave = true }
        }
    }

    /// QEMU of a run has ended by itself, or somebody has ended it from outside.
    func processEnded(_ run: Int32) async {
        guard let guest, guest.id == run else { return }
        await finish(run, guest.life.endByItself)
        await forgetSoon()
    }
}

extension RunningGuest {
    /// That it isn't known whether the guest runs, nor as which process.
    func unseen(_ name: String) -> VirtError {
        VirtError(
            .operationFailed,
            "whether QEMU of domain '\(name)' (\(processName)) runs can't be seen\(trouble.map { ": \($0)" } ?? ""). "
                + "This is tried again by itself", from: .qemu)
    }
}
