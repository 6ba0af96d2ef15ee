import DriverKit
import Glibc
import JSON
import LinuxSystem
import Logging
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// Takes control of a guest that a former daemon has started; one that has ended meanwhile is cleared away. Nobody
    /// else changes the domain until that is done.
    func takeUp(_ record: LiveRecord, _ live: DomainDefinition) async {
        _ = try? await withJob(.modify, "taking up the guest") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            guard let identity = record.process,
                let process = await Blocking.run({ try? ProcessHandle(identity) })
            else { return await domain.clearAway(record, live) }
            domain.publish { now in
                (now.id, now.live, now.process) = (record.id, live, identity)
                (now.state, now.reason) = (DomainState(rawValue: record.state), record.reason)
                now.requestedCPU = record.cpu.flatMap { try? GuestCPU(xml: $0) }
            }
            await domain.takeUp(process, record, live)
        }
    }

    private func takeUp(_ process: ProcessHandle, _ record: LiveRecord, _ live: DomainDefinition) async {
        let start = GuestStart(context: context, definition: live, id: record.id)
        do throws(VirtError) {
            var running = try await start.join(process, record.folder, record.monitorPath, domain: self)
            (running.ownerships, running.ports) = (record.ownerships, record.ports)
            (running.helpers, running.leftovers) = (record.helpers, record.leftovers)
            guest = running
            watchHelpers()
            try await agree(record)
            context.log.info("guest '\(record.name)' runs on (process \(process.identity.id))")
        } catch {
            context.log.error("guest '\(record.name)' does not answer and is ended: \(error.message)")
            guest = nil
            try? process.signal(SIGKILL)
            _ = await process.ends(within: .seconds(30))
            await clearAway(record, live)
        }
    }

    /// Finds out what happened while nobody listened.
    private func agree(_ record: LiveRecord) async throws(VirtError) {
        try await learnCharacterDevices()
        await learnBalloon()
        await learnThreads()
        let status = try await ask("query-status")["status"]?.string ?? ""
        switch status {
        case "running":
            if snapshot.state == .paused { becameRunning() }
            if snapshot.reason == DomainPausedReason.startingUp.rawValue, snapshot.state == .paused {
                become(.running, DomainRunningReason.booted.rawValue)
            }
        case "shutdown":
            try await end(.shutdown)
            await afterEnd(.shutdown)
        case "prelaunch" where record.reason == DomainPausedReason.startingUp.rawValue:
            // The daemon was killed while it started this guest: what was asked for is done.
            if record.startsPaused {
                become(.paused, DomainPausedReason.user.rawValue)
            } else {
                try await letGo(.booted)
            }
        case "paused", "prelaunch":
            if snapshot.state != .paused { become(.paused, DomainPausedReason.unknown.rawValue) }
        case "suspended": become(.pmsuspended, 0)
        case "io-error": become(.paused, DomainPausedReason.ioerror.rawValue)
        case "watchdog": become(.paused, DomainPausedReason.watchdog.rawValue)
        case "guest-panicked": become(.crashed, DomainCrashedReason.panicked.rawValue)
        default: break
        }
    }

    /// The guest has ended while no daemon was there.
    private func clearAway(_ record: LiveRecord, _ live: DomainDefinition) async {
        await context.clearAway(record, of: record.name)
        if !snapshot.isPersistent { await removeTPMState(of: live) }
        context.log.info("guest '\(record.name)' has ended while no daemon ran")
        publish { now in
            (now.state, now.reason) = (.shutoff, DomainShutoffReason.crashed.rawValue)
            now.forgetGuest()
        }
        if !snapshot.isPersistent { context.registry.remove(snapshot.uuid, name: snapshot.name) }
    }
}
