import DriverKit
import Glibc
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// Takes control of a guest that a former daemon has started; one that has ended meanwhile is cleared away. One that
    /// can't be seen or doesn't answer is kept, and looked for until it is.
    ///
    /// - Parameter state: what is known of the record; where it couldn't be read, `record` is only presumed.
    func takeUp(
        _ record: LiveRecord, _ live: DomainDefinition, trouble: String? = nil,
        _ state: RunningGuest.RecordState = .known
    ) async {
        guard guest == nil else { return }
        let life = GuestLife(
            left: DomainState(rawValue: record.state), record.reason, startsPaused: record.startsPaused)
        var run = RunningGuest(record, life, in: context.records)
        (run.trouble, run.recordState, run.knowsJobs) = (trouble, state, false)
        guest = run
        for card in live.devices.interfaces { card.target?.dev.map(context.cardNames.note) }
        publish { now in
            (now.id, now.live, now.run.process) = (record.id, live, record.process)
            now.show(life)
            now.run.requestedCPU = record.cpu.flatMap { try? GuestCPU(xml: $0) }
            now.run.recordedJobs = record.blockJobs.map(\.disk)
            now.run.recordsBackup = record.backup != nil
        }
        // Those of defined domains are known already.
        if !snapshot.isPersistent {
            for problem in await loadMoments() { context.log.error("\(problem): it is passed over") }
        }
        await attend(record.id)
    }

    /// Sees to it that QEMU of a run is watched and its monitor listened to, for as long as it takes. It returns when
    /// that is so, when the run has ended, or when another task does it already.
    func attend(_ run: Int32) async {
        guard guest(run)?.isAttended == false else { return }
        guest?.isAttended = true
        var pause = GrowingPause()
        while guest(run) != nil {
            do throws(VirtError) {
                try await recall(run)
                await presumeFiles(of: run)
                try await seeProcess(of: run)
                try await openMonitor(of: run)
                try await agree(run)
                break
            } catch {
                note(error.message, of: run)
            }
            await pause.wait()
        }
        if guest(run) != nil { guest?.isAttended = false }
    }

    /// Looks for QEMU of a run; ends the run where it is gone. Throws where that can't be seen.
    private func seeProcess(of run: Int32) async throws(VirtError) {
        guard let guest = guest(run), guest.process == nil else { return }
        if guest.held.process == nil { try await findProcess(of: run) }
        guard let identity = self.guest(run)?.held.process else { return await ended(run) }
        switch await Blocking.run({ identity.look() }) {
        case .there(let process): watch(process, of: run)
        case .gone: await ended(run)
        case .unknown(let error):
            throw VirtError(error, "process \(identity.id) can't be looked at")
        }
    }

    /// Asks the host for a QEMU of which no record says the number.
    private func findProcess(of run: Int32) async throws(VirtError) {
        let (configuration, uuid) = (context.configuration, snapshot.uuid)
        let all: FoundQEMU.All
        do throws(SystemError) {
            all = try await Blocking.run { () throws(SystemError) in
                try FoundQEMU.all(of: configuration)
            }
        } catch {
            throw VirtError(error, "the host's processes can't be looked at")
        }
        guard guest(run) != nil else { return }
        let found = all.own.first { $0.uuid == uuid }
        if found == nil, let strange = all.strange.first(where: { $0.uuid == uuid }) {
            throw VirtError(
                .operationFailed,
                "process \(strange.process.id) of user \(strange.user) says that it is QEMU of this domain",
                from: .qemu)
        }
        guest?.held.process = found?.process
        if let found { guest?.held.folder = found.folder }
        publish { $0.run.process = found?.process }
    }

    /// The guest has ended while no daemon was there.
    private func ended(_ run: Int32) async {
        context.log.info("the guest of domain '\(snapshot.name)' has ended while no daemon ran")
        await finish(run, .lost)
        await forgetSoon()
    }

    /// From here on QEMU's end is seen.
    func watch(_ process: ProcessHandle, of run: Int32) {
        guard var guest = guest(run) else { return }
        guest.process = process
        if guest.phase == .unseen {
            guest.life.see()
            publish { $0.show(guest.life) }
        }
        self.guest = guest
        // Where it can't be watched, the end of its monitor tells.
        self.guest?.watch = try? process.onEnd { [weak self] in Task { await self?.processEnded(run) } }
    }

    /// Notes why QEMU of a run can't be reached, and tells it once.
    private func note(_ trouble: String, of run: Int32) {
        guard let guest = guest(run), guest.trouble != trouble else { return }
        self.guest?.trouble = trouble
        self.guest?.life.lose(true)
        context.log.error(
            """
            guest '\(snapshot.name)' (\(guest.processName)) is kept, but can't be reached, which is tried again: \
            \(trouble)
            """)
        publish { now in
            now.run.trouble = trouble
            if let life = self.guest?.life { now.show(life) }
        }
    }

    // MARK: The monitor

    /// Joins the monitor of a run's QEMU. That greets when it can: it is waited for as long as it lives.
    func openMonitor(of run: Int32) async throws(VirtError) {
        guard let path = guest(run)?.held.monitorPath, guest?.monitor == nil else { return }
        do {
            let listeners = context.configuration.listeners
            let socket = try await Blocking.run { () throws(SystemError) in
                try UnixSocket.connect(to: path, listeners: listeners)
            }
            let monitor = QMPMonitor(
                socket: socket,
                onClose: { [weak self] error in Task { await self?.monitorClosed(run, error) } })
            // Heard from the start, so that what happens while it greets isn't lost.
            let events = Task { [weak self] in
                for await event in monitor.told { await self?.handle(event, of: run) }
            }
            try await open(monitor, of: run)
            guard guest(run) != nil else { return await monitor.close() }
            guest?.monitor = monitor
            guest?.events = events
            guest?.trouble = nil
            guest?.life.lose(false)
            // Closed before it was known here, its end has told nobody.
            if let error = await monitor.closeReason {
                if guest(run) != nil { guest?.monitor = nil }
                throw error
            }
        } catch let error as QMPError {
            throw VirtError(error, command: "qmp_capabilities")
        } catch let error as SystemError {
            throw VirtError(error, "QEMU's monitor can't be reached at \(path)")
        } catch {
            throw VirtError(.internalError, "\(error)", from: .qemu)
        }
    }

    /// Waits for the greeting; that it takes long is told.
    private func open(_ monitor: QMPMonitor, of run: Int32) async throws(QMPError) {
        let slow = Task {
            guard (try? await Task.sleep(for: Self.greetingPatience)) != nil else { return }
            note("its monitor does not answer", of: run)
        }
        defer { slow.cancel() }
        try await monitor.open(timeout: nil)
    }

    private static let greetingPatience = Duration.seconds(5)

    /// The monitor of a run is closed. That alone ends no guest: QEMU may have sent what can't be understood.
    private func monitorClosed(_ run: Int32, _ error: QMPError) async {
        guard let guest = guest(run) else { return }
        if guest.phase == .starting { return stopWaiting(inStart: guest) }
        guard guest.phase == .running, guest.monitor != nil else { return }
        self.guest?.monitor = nil
        guest.job?.news.tell()
        if let process = guest.process, await process.ends(within: .seconds(2)) {
            return await processEnded(run)
        }
        guard self.guest(run) != nil, self.guest?.monitor == nil else { return }
        note("\(error)", of: run)
        context.events.publish(.domainControlError(DomainControlErrorEvent(domain: snapshot.reference)))
        await attend(run)
    }

    /// A start hears nothing more of what QEMU was at; it asks, and fails.
    private func stopWaiting(inStart guest: RunningGuest) {
        guest.job?.news.tell()
        for id in guest.awaitedJobs.union(guest.jobWaiters.keys) { settleJob(id) }
    }

    // MARK: What happened meanwhile

    /// Finds out what happened while nobody listened.
    private func agree(_ run: Int32) async throws(VirtError) {
        try await withJob(.modify, "taking up the guest") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            guard domain.guest(run) != nil else { return }
            try await domain.learnCharacterDevices()
            await domain.learnBalloon()
            await domain.learnThreads()
            try await domain.learnDevices(run)
            try await domain.learnBlockJobs(run)
            await domain.plugAgain()
            domain.watchHelpers()
            guard try await domain.settleJob(of: run) else { return }
            let status = try await domain.ask("query-status")["status"]?.string ?? ""
            if domain.hear(.status(status), of: run).action == .goOn {
                try await domain.continueProcessors(.booted)
            }
        }
        guard let guest = guest(run) else { return }
        publish { $0.run.trouble = nil }
        context.log.info("guest '\(snapshot.name)' runs on (\(guest.processName))")
    }
}
