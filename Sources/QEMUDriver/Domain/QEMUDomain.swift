import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

/// One domain of the QEMU driver: sole owner of what changes about it.
///
/// What only reads is answered from the published snapshot, without waiting for the actor. What changes takes the
/// job first, since an actor lets others in at every `await`. Two rules keep one run of the guest apart from the next:
/// a run begins only under the job, and what acts on a run after an `await` names it.
actor QEMUDomain: DomainOperations, RegisteredDomain {
    nonisolated let context: QEMUContext
    private nonisolated let published: Published<QEMUDomainSnapshot>
    /// The run of the guest, until all that it held is given back.
    var guest: RunningGuest?
    private let jobs = JobLock()
    /// The registry doesn't know this domain any more: who waited for it looks for another.
    private(set) var isForgotten = false
    /// How many of QEMU's events go into a log that is to have them all.
    private var eventLines = LogRate(burst: 200, interval: .milliseconds(50))
    /// Somebody writes the record of the running guest already.
    var isSavingRecord = false

    init(context: QEMUContext, snapshot: QEMUDomainSnapshot) {
        self.context = context
        published = Published(snapshot)
    }

    /// What the domain is now.
    nonisolated var snapshot: QEMUDomainSnapshot { published.value }

    nonisolated var facts: DomainFacts {
        let now = snapshot
        return DomainFacts(
            reference: now.reference, state: now.state, isPersistent: now.isPersistent,
            isAutostarted: now.isAutostarted)
    }

    /// Changes what the domain is, publishes it, and tells those who listen.
    func publish(_ events: [Event] = [], _ change: (inout QEMUDomainSnapshot) -> Void) {
        published.publish(snapshot.changed(change))
        for event in events { context.events.publish(event) }
    }

    /// Writes down what QEMU tells, where the log is to have that; a QEMU that means ill could fill it.
    func log(_ event: QMPEvent) {
        guard context.log.logLevel <= .debug, let line = eventLines.line("'\(snapshot.name)': \(event)")
        else { return }
        context.log.debug("\(line)")
    }

    /// A lifecycle event of this domain, as it is now.
    nonisolated func lifecycle(_ event: DomainEventType, _ detail: Int32) -> Event {
        .domainLifecycle(
            DomainLifecycleEvent(domain: snapshot.reference, event: event.rawValue, detail: detail))
    }

    /// Does something that changes the domain, alone. Throws `noDomain` where it has been forgotten meanwhile.
    @discardableResult
    func withJob<Result: Sendable>(
        _ kind: JobQueue.Kind, _ name: String,
        _ body: (isolated QEMUDomain) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        let job = try await jobs.acquire(kind, name)
        defer { jobs.release(job) }
        if isForgotten { throw context.registry.missing(snapshot.reference) }
        return try await body(self)
    }

    /// Has the registry forget a domain of which nothing is left: no definition, and no guest. Whoever calls has the job.
    func forgetIfEmpty() async {
        guard !isForgotten, guest == nil, !snapshot.isPersistent else { return }
        isForgotten = true
        let (context, name) = (context, snapshot.name)
        await Blocking.run { try? context.written.remove(name) }
        context.registry.remove(snapshot.uuid, name: name)
    }

    // MARK: The run

    /// What the domain is now; throws `noDomain` where nothing is left of it.
    nonisolated func existing() throws(VirtError) -> QEMUDomainSnapshot {
        let now = snapshot
        if now.isActive || now.isPersistent { return now }
        throw context.registry.missing(now.reference)
    }

    /// A run of the guest, as long as it is this domain's and its QEMU may be there.
    func guest(_ run: Int32) -> RunningGuest? {
        guard let guest, guest.id == run, guest.phase != .clearing else { return nil }
        return guest
    }

    /// The running guest; throws where there is none.
    @discardableResult
    func requireGuest() throws(VirtError) -> RunningGuest {
        guard let guest, let current = self.guest(guest.id), snapshot.isActive else {
            throw VirtError.notRunning
        }
        return current
    }

    /// Has QEMU execute a command; its error becomes the call's. Afterwards the run is the same still.
    @discardableResult
    func ask(_ command: String, _ arguments: JSONObject? = nil) async throws(VirtError) -> JSONValue {
        let guest = try requireGuest()
        guard let monitor = guest.monitor else { throw guest.unreachable(snapshot.name) }
        let reply: JSONValue
        do throws(QMPError) {
            reply = try await monitor.execute(command, arguments, timeout: Self.patience)
        } catch {
            throw VirtError(error, command: command)
        }
        guard self.guest(guest.id) != nil else {
            throw VirtError.endedMeanwhile
        }
        return reply
    }

    /// How long QEMU may take to answer a command that it should answer at once.
    private static let patience = Duration.seconds(60)
}

extension RunningGuest {
    /// That a call can't be carried out since QEMU doesn't answer.
    func unreachable(_ name: String) -> VirtError {
        let reason = trouble.map { ": \($0)" } ?? ""
        return VirtError(
            .operationFailed,
            "QEMU of domain '\(name)' (\(processName)) does not answer\(reason). This is tried again by itself; "
                + "'destroy' ends the guest", from: .qemu)
    }
}
