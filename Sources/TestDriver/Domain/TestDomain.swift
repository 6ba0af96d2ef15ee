import DriverKit
import Virt
import VirtDriver
import VirtXML

/// One domain of a test host: sole owner of what changes about it.
///
/// No method waits for anything in between, so each is done whole before the next; there is no need of jobs.
actor TestDomain: DomainOperations, RegisteredDomain {
    nonisolated let host: TestHost
    private nonisolated let published: Published<TestDomainSnapshot>

    init(host: TestHost, snapshot: TestDomainSnapshot) {
        self.host = host
        published = Published(snapshot)
    }

    /// What the domain is now.
    nonisolated var snapshot: TestDomainSnapshot { published.value }

    nonisolated var facts: DomainFacts {
        let now = snapshot
        return DomainFacts(
            reference: now.reference, state: now.state, isPersistent: now.isPersistent,
            isAutostarted: now.isAutostarted, hasManagedSave: now.hasManagedSave)
    }

    /// Changes what the domain is, and publishes it.
    func publish(_ change: (inout TestDomainSnapshot) -> Void) {
        published.publish(snapshot.changed(change))
    }

    /// Tells subscribers what happened to the domain.
    func tell(_ event: DomainEventType, _ detail: Int32) {
        let lifecycle = DomainLifecycleEvent(
            domain: snapshot.reference, event: event.rawValue, detail: detail)
        host.events.publish(.domainLifecycle(lifecycle))
    }

    /// Enters a state, and tells subscribers.
    func become(
        _ state: DomainState, _ reason: Int32, _ change: (inout TestDomainSnapshot) -> Void = { _ in }
    ) {
        let former = snapshot.state
        publish {
            ($0.state, $0.reason) = (state, reason)
            change(&$0)
        }
        if let event = DomainLifecycleEvent(snapshot.reference, entered: state, reason, from: former) {
            host.events.publish(.domainLifecycle(event))
        }
    }

    /// Throws `noDomain` where the domain has gone since the caller found it.
    nonisolated func requireThere() throws(VirtError) {
        if snapshot.isGone { throw host.domains.missing(snapshot.reference) }
    }

    /// Throws unless the domain runs or is paused, in the words of the driver's newer calls.
    nonisolated func requireActive() throws(VirtError) {
        try requireThere()
        if !snapshot.isActive { throw VirtError(.operationInvalid, "domain is not running", from: .domain) }
    }

    /// Removes the domain from its host, where nothing keeps it: it doesn't run, and has no persistent definition.
    func leaveIfUnused() {
        let now = snapshot
        guard !now.isActive, !now.isPersistent else { return }
        publish { $0.isGone = true }
        host.domains.remove(now.uuid, name: now.name)
    }
}
