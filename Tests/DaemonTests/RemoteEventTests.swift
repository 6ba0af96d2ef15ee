import DriverKit
import LinuxSystem
import Roost
import Testing
import Transport
import Virt
import VirtDriver

@testable import Daemon

@Suite("Events through a socket", .timeLimit(.minutes(1)))
struct RemoteEventTests {
    private let network = "<network><name>n</name></network>"

    @Test("however many listen for a kind, the daemon is asked once, and told when nobody listens any more")
    func registrations() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        let first = try await connection.events([.network(.lifecycle), .storagePool(.refresh)])
        let second = try await connection.events([.network(.lifecycle)])
        #expect(registered(daemon) == 2)
        try await end(first)
        await daemon.wait { $0.withState { $0.callbacks.callbacks.count } == 1 }
        _ = try await connection.networkDefineXML(xml: network)
        var iterator = second.makeAsyncIterator()
        guard case .networkLifecycle(let event) = try await iterator.next()?.event else {
            Issue.record("no event of the network came")
            return
        }
        #expect(event.network.name == "n")
        try await end(second)
        await daemon.wait { $0.withState { $0.callbacks.callbacks.isEmpty } }
        await connection.close()
    }

    private func registered(_ daemon: TestDaemon) -> Int {
        daemon.sessions.reduce(0) { $0 + $1.withState { $0.callbacks.callbacks.count } }
    }

    /// Gives up listening.
    private func end(_ events: EventStream) async throws {
        let listening = Task { for try await _ in events {} }
        listening.cancel()
        try await listening.value
    }

    @Test("every sort of objects tells its events to those who listen")
    func sorts() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let (actor, listener) = (try await daemon.connect(), try await daemon.connect())
        let events = try await listener.events([
            .domain(.lifecycle), .network(.lifecycle), .storagePool(.lifecycle), .storagePool(.refresh),
            .nodeDevice(.lifecycle),
        ])
        try await actor.domain(named: "test").suspend()
        try await actor.networkLookupByName(name: "default").destroy()
        try await actor.storagePoolLookupByName(name: "default-pool").refresh(flags: 0)
        try await actor.storagePoolLookupByName(name: "default-pool").destroy()
        try await actor.nodeDeviceLookupByName(name: "scsi_host11").destroy()
        var kinds: [EventKind?] = []
        for try await told in events {
            kinds.append(told.event.kind)
            if kinds.count == 5 { break }
        }
        #expect(
            kinds == [
                .domain(.lifecycle), .network(.lifecycle), .storagePool(.refresh), .storagePool(.lifecycle),
                .nodeDevice(.lifecycle),
            ])
        await actor.close()
        await listener.close()
    }

    @Test("what a driver has no events of is refused with the name of the call")
    func unsupported() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        let error = await #expect(throws: VirtError.self) {
            _ = try await connection.events([.secret(.lifecycle)])
        }
        #expect(error?.code == .noSupport)
        #expect(error?.message.contains("virConnectSecretEventRegisterAny") == true)
        let kept = await #expect(throws: VirtError.self) { _ = try await connection.events(since: 0) }
        #expect(kept?.code == .noSupport)
        await connection.close()
    }

    @Test("a client that waits for events to come is left alone by the daemon until it goes")
    func waiting() async throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/daemon-")
        defer { try? FileSystem.removeTree(folder) }
        let hub = EventHub(journal: try EventJournal(folder: folder, limit: 1 << 20))
        let daemon = try TestDaemon(drivers: [HubDriver(hub: hub)])
        defer { daemon.stop() }
        let (one, other) = (try await daemon.connect(), try await daemon.connect())
        async let kept = one.events(since: 1, waits: true)
        let leaving = Task { try await other.events(since: 1, waits: true) }
        // What counts as a registration is a call that waits.
        await daemon.wait { $0.registrations.count == 1 }
        await other.close()
        await #expect(throws: VirtError.self) { _ = try await leaving.value }
        hub.publish(.domainReboot(DomainRebootEvent(domain: DomainReference(name: "d"))))
        #expect(try await kept.events.map(\.number) == [1])
        #expect(try await kept.next == 2)
        await one.close()
    }
}

/// A driver that has a hub, and nothing else.
private struct HubDriver: Driver, DriverConnection, HypervisorService {
    let name = "hub"
    let hub: EventHub
    var hypervisor: any HypervisorService { self }
    var events: any EventSource { hub.source(of: [.domain]) }
    func open(_ request: OpenRequest) async -> (any DriverConnection)? { self }
    func close() async {}
}
