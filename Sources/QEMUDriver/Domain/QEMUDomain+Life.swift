import DriverKit
import JSON
import Logging
import QEMUModel
import Virt
import VirtXML

/// What follows from what is heard of a guest's life.
extension QEMUDomain {
    /// QEMU of a run has said something about its guest's life; what follows, which is under way.
    @discardableResult
    func hear(_ heard: GuestLife.Heard, of run: Int32) -> GuestLife.Step {
        guard guest(run) != nil, let step = guest?.life.hear(heard, GuestLife.Rules(snapshot.live)) else {
            return GuestLife.Step()
        }
        follow(step, of: run)
        return step
    }

    /// Publishes the state that a run has come to, and has done what follows.
    func follow(_ step: GuestLife.Step, of run: Int32) {
        guard let life = guest(run)?.life else { return }
        if step.isChange || !step.news.isEmpty {
            publish(step.news.compactMap(event)) { $0.show(life) }
        }
        if step.isChange { saveRecordSoon() }
        if let action = step.action { carryOut(action, of: run) }
    }

    private func event(_ news: GuestLife.News) -> Event? {
        let domain = snapshot.reference
        switch news {
        case .entered(let state, let reason, let former):
            return DomainLifecycleEvent(domain, entered: state, reason, from: former).map(
                Event.domainLifecycle)
        case .shutDown(let byGuest):
            let detail: DomainEventShutdownDetailType = byGuest ? .guest : .host
            return lifecycle(.shutdown, detail.rawValue)
        case .started: return lifecycle(.started, DomainEventStartedDetailType.booted.rawValue)
        case .restored: return lifecycle(.started, DomainEventStartedDetailType.restored.rawValue)
        case .waits(let detail): return lifecycle(.suspended, detail.rawValue)
        case .wentOn: return lifecycle(.resumed, DomainEventResumedDetailType.fromSnapshot.rawValue)
        case .startedFromSnapshot:
            return lifecycle(.started, DomainEventStartedDetailType.fromSnapshot.rawValue)
        case .rebooted: return .domainReboot(DomainRebootEvent(domain: domain))
        case .fellAsleep: return .domainPmSuspend(DomainPmSuspendEvent(domain: domain))
        case .wokeUp: return .domainPmWakeup(DomainPmWakeupEvent(domain: domain))
        }
    }

    private func carryOut(_ action: GuestLife.Action, of run: Int32) {
        switch action {
        case .end(let reason): endSoon(run, reason)
        case .startOver: startOverSoon(run)
        // Whoever takes up the guest sees to it, and tries again where it fails.
        case .goOn: break
        case .dump(let next):
            Task {
                await dumpCrashed(run)
                carryOut(next, of: run)
            }
        }
    }

    /// Lets the machine start anew in the same QEMU, once the domain is free.
    private func startOverSoon(_ run: Int32) {
        Task {
            do throws(VirtError) {
                try await withJob(.modify, "reboot") {
                    (domain: isolated QEMUDomain) async throws(VirtError) in
                    if domain.guest(run) != nil { try await domain.startOver(run) }
                }
            } catch {
                context.log.error("domain '\(snapshot.name)' can't start over and is ended: \(error.message)")
                endSoon(run, .failed)
            }
        }
    }

    private func startOver(_ run: Int32) async throws(VirtError) {
        try await ask("system_reset")
        try await continueProcessors(.booted)
        hear(.startedOver, of: run)
    }

    /// Ends a run of which the guest needs no more. It keeps nobody waiting.
    func endSoon(_ run: Int32, _ reason: EndReason) {
        Task {
            do throws(VirtError) {
                try await end(run, reason)
                await forgetSoon()
            } catch {
                context.log.error("QEMU of domain '\(snapshot.name)' could not be ended: \(error.message)")
            }
        }
    }

    /// Has QEMU take a reboot for a power-off where the document says that the guest ends then.
    func chooseReboot() async throws(VirtError) {
        guard snapshot.live?.onReboot == .destroy else { return }
        try await ask("set-action", ["reboot": "shutdown"])
    }
}
