import DriverKit
import JSON
import LinuxSystem
import QMP
import Virt
import VirtDriver
import VirtXML

/// One domain of the QEMU driver: sole owner of what changes about it.
///
/// What only reads is answered from the published snapshot, without waiting for the actor. What changes takes the
/// job first, since an actor lets others in at every `await`.
actor QEMUDomain: DomainOperations, RegisteredDomain {
    nonisolated let context: QEMUContext
    private nonisolated let published: Published<QEMUDomainSnapshot>
    /// What belongs to the guest while it runs.
    var guest: RunningGuest?
    private let jobs = JobLock()
    /// The console streams that are open, by the device's alias.
    var consoles: [String: DescriptorStream] = [:]
    /// Devices that the guest has been asked to let go of, by alias.
    var removals: [String: DeviceRemoval] = [:]
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

    /// Enters a state. Nothing happens where the domain is in it for the same reason already.
    func become(_ state: DomainState, _ reason: Int32, _ events: [Event] = []) {
        if snapshot.state == state && snapshot.reason == reason { return }
        publish(events) { ($0.state, $0.reason) = (state, reason) }
        if guest != nil { saveRecordSoon() }
    }

    /// A lifecycle event of this domain, as it is now.
    nonisolated func lifecycle(_ event: DomainEventType, _ detail: Int32) -> Event {
        .domainLifecycle(
            DomainLifecycleEvent(domain: snapshot.reference, event: event.rawValue, detail: detail))
    }

    /// Does something that changes the domain, alone.
    @discardableResult
    func withJob<Result: Sendable>(
        _ kind: JobQueue.Kind, _ name: String,
        _ body: (isolated QEMUDomain) async throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        let job = try await jobs.acquire(kind, name)
        defer { jobs.release(job) }
        return try await body(self)
    }

    /// The running guest; throws where there is none.
    @discardableResult
    func requireGuest() throws(VirtError) -> RunningGuest {
        guard let guest, snapshot.isActive else {
            throw VirtError(.operationInvalid, "domain is not running", from: .qemu)
        }
        return guest
    }

    /// Has QEMU execute a command; its error becomes the call's.
    @discardableResult
    func ask(_ command: String, _ arguments: JSONObject? = nil) async throws(VirtError) -> JSONValue {
        let guest = try requireGuest()
        do throws(QMPError) {
            return try await guest.monitor.execute(command, arguments, timeout: Self.patience)
        } catch {
            throw VirtError(error, command: command)
        }
    }

    /// How long QEMU may take to answer a command that it should answer at once.
    private static let patience = Duration.seconds(60)
}
