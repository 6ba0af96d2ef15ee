import DriverKit
import JSON
import Logging
import QMP
import Virt
import VirtXML

/// What follows when a guest switches itself off, starts over or crashes: what its document says.
extension QEMUDomain {
    /// The guest is off; QEMU itself waits to be told what to do, so that a reboot through ACPI can be one.
    func guestShutDown(_ run: Int32, _ event: QMPEvent) {
        let byGuest = event.data["guest"]?.bool ?? false
        guard let guest = guest(run), guest.expectedEnd == nil || !byGuest else { return }
        if guest.rebootsOnShutdown && byGuest {
            self.guest?.rebootsOnShutdown = false
            return startOverSoon(run)
        }
        let detail: DomainEventShutdownDetailType = byGuest ? .guest : .host
        let event = lifecycle(.shutdown, detail.rawValue)
        become(.shutdown, DomainShutdownReason.user.rawValue, guest.isTold ? [event] : [])
        // Whoever ends QEMU sees to the rest.
        guard guest.expectedEnd == nil else { return }
        guestIsOff(run)
    }

    /// The guest has switched itself off.
    func guestIsOff(_ run: Int32) {
        switch snapshot.live?.onPoweroff ?? .destroy {
        case .preserve: return
        case .restart: startOverSoon(run)
        default: endSoon(run, .shutdown)
        }
    }

    /// The guest, or somebody who may, has reset the machine.
    func wasReset() {
        context.events.publish(.domainReboot(DomainRebootEvent(domain: snapshot.reference)))
        guest?.rebootsOnShutdown = false
    }

    /// Has QEMU take a reboot for a power-off where the document says that the guest ends then.
    func chooseReboot() async throws(VirtError) {
        guard snapshot.live?.onReboot == .destroy else { return }
        try await ask("set-action", ["reboot": "shutdown"])
    }

    /// The guest's system has given up.
    func panicked(_ run: Int32) {
        become(.crashed, DomainCrashedReason.panicked.rawValue, [lifecycle(.crashed, 0)])
        switch snapshot.live?.onCrash ?? .destroy {
        case .preserve: return
        case .restart: startOverSoon(run)
        case .coredumpRestart:
            sayNoDump()
            startOverSoon(run)
        case .coredumpDestroy:
            sayNoDump()
            endSoon(run, .crashed)
        default: endSoon(run, .crashed)
        }
    }

    private func sayNoDump() {
        context.log.error(
            "the guest of domain '\(snapshot.name)' has crashed; its memory is not kept, which isn't supported so far"
        )
    }

    /// Lets the machine start anew in the same QEMU, once the domain is free.
    private func startOverSoon(_ run: Int32) {
        Task {
            do throws(VirtError) {
                try await withJob(.modify, "reboot") {
                    (domain: isolated QEMUDomain) async throws(VirtError) in
                    guard domain.guest(run) != nil else { return }
                    try await domain.startOver()
                }
            } catch {
                context.log.error("domain '\(snapshot.name)' can't start over and is ended: \(error.message)")
                endSoon(run, .failed)
            }
        }
    }

    private func startOver() async throws(VirtError) {
        try await ask("system_reset")
        guest?.expectedResume = .booted
        defer { guest?.expectedResume = nil }
        try await ask("cont")
        if snapshot.state != .running { become(.running, DomainRunningReason.booted.rawValue) }
    }

    /// Ends a run of which the guest needs no more. It keeps nobody waiting.
    private func endSoon(_ run: Int32, _ reason: EndReason) {
        Task {
            do throws(VirtError) {
                try await end(run, reason)
                await forgetSoon()
            } catch {
                context.log.error("QEMU of domain '\(snapshot.name)' could not be ended: \(error.message)")
            }
        }
    }
}
