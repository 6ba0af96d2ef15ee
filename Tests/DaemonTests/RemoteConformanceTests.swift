import DriverConformance
import Roost
import Testing
import Virt
import VirtDriver

@Suite("A driver behind the daemon keeps the contract that it keeps in process", .timeLimit(.minutes(1)))
struct RemoteConformanceTests {
    @Test("the contract, through a socket", arguments: domainLifecycleChecks + domainDefinitionChecks)
    func contract(check: ConformanceCheck) async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        try await check.run(on: .testDriver(connection.driver))
        await connection.close()
    }

    @Test("a client of the read-only socket reads, and is refused what changes anything")
    func readOnly() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect(readOnly: true)
        let domain = try await connection.domain(named: "test")
        #expect(try await domain.xml().contains("<name>test</name>"))
        let refused = await #expect(throws: VirtError.self) { try await domain.suspend() }
        #expect(refused?.code == .operationDenied)
        #expect(try await domain.state(flags: 0).state == DomainState.running.rawValue)
        await connection.close()
    }

    @Test("two clients of one daemon see the same host, and both hear of its events")
    func twoClients() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let (first, second) = (try await daemon.connect(), try await daemon.connect())
        let events = try await second.domainEvents()
        try await first.domain(named: "test").suspend()
        for try await told in events {
            guard case .domainLifecycle(let lifecycle) = told.event else { continue }
            #expect(lifecycle.domain.name == "test")
            #expect(lifecycle.event == DomainEventType.suspended.rawValue)
            break
        }
        #expect(try await second.domain(named: "test").state(flags: 0).state == DomainState.paused.rawValue)
        await first.close()
        await second.close()
    }

    @Test("networks, pools, interfaces and devices come through the socket as they are")
    func otherObjects() async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect()
        #expect(try await connection.listNetworks() == ["default"])
        #expect(try await connection.listStoragePools() == ["default-pool"])
        #expect(try await connection.listInterfaces() == ["eth1"])
        #expect(try await connection.nodeNumOfDevices(cap: nil, flags: 0) == 4)
        await connection.close()
    }
}
