import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// Of a pretended guest nothing is known beside its document.
struct TestRunFacts: RunFacts {}

typealias TestDomainSnapshot = LocalDomainSnapshot<TestRunFacts>

/// One domain of a test host.
actor TestDomain: LocalDomain {
    static let driver = DriverName("test", origin: .test)
    static let securityModel = "testSecurity"

    nonisolated let host: TestHost
    nonisolated let published: Published<TestDomainSnapshot>
    nonisolated let jobs = JobLock(origin: .test)
    var isForgotten = false
    /// Where the guest's file systems are mounted that nothing is written to for now, and what time it has.
    var frozen: Set<String> = []
    var clock = DomainTimeReply(seconds: TestHost.moment, nseconds: 0)

    init(host: TestHost, snapshot: TestDomainSnapshot) {
        self.host = host
        published = Published(snapshot)
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

    /// Does something with the running guest, alone.
    func withGuest(
        _ job: String, _ body: @Sendable (isolated TestDomain) async throws(VirtError) -> Void
    ) async throws(VirtError) {
        try await withJob(.modify, job) { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.existingActive()
            try await body(domain)
        }
    }
}
