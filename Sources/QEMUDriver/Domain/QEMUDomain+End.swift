import DriverKit
import Glibc
import LinuxSystem
import Logging
import QMP
import Virt
import VirtXML
import XMLBinding

extension QEMUDomain {
    /// QEMU's process has ended, or its monitor has: whoever is first sees to the rest.
    func guestVanished() async {
        guard let vanished = guest, vanished.expectedEnd == nil else { return }
        let identity = vanished.process.identity
        let job: Void? = try? await withJob(.destroy, "end of the guest") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            guard let guest = domain.guest, guest.process.identity == identity, guest.expectedEnd == nil
            else { return }
            if await !guest.process.ends(within: .seconds(2)) {
                domain.context.log.warning(
                    "QEMU of '\(domain.snapshot.name)' has closed its monitor but lives: it is ended")
                try await domain.end(.crashed)
            }
            await domain.afterEnd(.crashed)
        }
        if job == nil {
            // Somebody holds the domain and can't get on: the guest is gone all the same.
            if guest?.process.identity == identity { await afterEnd(.crashed) }
        }
    }

    /// What is to do once QEMU is gone; a second time nothing is.
    func afterEnd(_ reason: EndReason) async {
        guard let guest else { return }
        self.guest = nil
        let reason = guest.expectedEnd ?? reason
        guest.events?.cancel()
        await guest.monitor.close()
        closeConsoles()
        let log = GuestLog(context.configuration.logs, name: snapshot.name)
        await Blocking.run { log.note("shutting down, reason=\(reason.rawValue)") }
        await context.clearAway(guest, of: snapshot.name)
        if !snapshot.isPersistent { await removeTPMState(of: snapshot.live) }
        becameShutoff(reason)
    }

    private func becameShutoff(_ reason: EndReason) {
        let event = lifecycle(.stopped, reason.detail.rawValue)
        publish([event]) { now in
            (now.state, now.reason) = (.shutoff, reason.reason.rawValue)
            now.forgetGuest()
        }
        if !snapshot.isPersistent { context.registry.remove(snapshot.uuid, name: snapshot.name) }
    }

    /// Writes the record of the running guest, when whoever writes it now is done.
    func saveRecordSoon() {
        if isSavingRecord { return }
        isSavingRecord = true
        Task { await saveRecord() }
    }

    private func saveRecord() async {
        isSavingRecord = false
        guard let record = record() else { return }
        let context = context
        await Blocking.run { context.save(record) }
    }

    /// The record of the running guest as it is now.
    func record() -> LiveRecord? {
        guard let guest, let live = snapshot.live, let xml = try? live.xml(options: .secure) else {
            return nil
        }
        var record = LiveRecord(
            name: snapshot.name, uuid: snapshot.uuid, id: snapshot.id, process: guest.process.identity,
            folder: guest.folder, state: snapshot.state.rawValue, reason: snapshot.reason,
            ownerships: guest.ownerships, ports: guest.ports, xml: xml)
        (record.helpers, record.leftovers) = (guest.helpers, guest.leftovers)
        record.cpu = snapshot.requestedCPU.flatMap { try? $0.xml() }
        return record
    }
}

extension QEMUContext {
    /// Writes a record; a failure is told, since a daemon that starts anew would not find the guest as it is.
    func save(_ record: LiveRecord) {
        do throws(SystemError) {
            try records.save(record.name, record.text)
        } catch {
            log.error("the record of '\(record.name)' could not be written: \(error)")
        }
    }
}
