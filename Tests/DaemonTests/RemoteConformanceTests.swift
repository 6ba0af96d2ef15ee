import DriverConformance
import DriverKit
import LinuxSystem
import Logging
import Roost
import SecretDriver
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

    private func onEachSort(
        readOnly: Bool = false, _ body: (any StartableSort) async throws -> Void
    ) async throws {
        let daemon = try TestDaemon()
        defer { daemon.stop() }
        let connection = try await daemon.connect(readOnly: readOnly)
        for sort in testDriverSorts(connection.driver) { try await body(sort) }
        await connection.close()
    }

    @Test("the contract of domains, networks and pools, through a socket", arguments: objectChecks)
    func objects(check: ObjectCheck) async throws { try await onEachSort { try await check.run(on: $0) } }

    @Test("the contract of their lives, through a socket", arguments: startableChecks)
    func lives(check: StartableCheck) async throws { try await onEachSort { try await check.run(on: $0) } }

    @Test("the contract of the read-only socket", arguments: readOnlyChecks)
    func refusals(check: ObjectCheck) async throws {
        try await onEachSort(readOnly: true) { try await check.run(on: $0) }
    }

    @Test("the contract of secrets, through a socket, and of the read-only one", arguments: [false, true])
    func secrets(readOnly: Bool) async throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/daemon-")
        defer { try? FileSystem.removeTree(folder) }
        let driver = SecretDriver(
            folder: folder + "/secrets", keyFile: folder + "/key", credentials: nil, uriPath: "/system",
            events: EventHub(), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await driver.start()
        let daemon = try TestDaemon(drivers: [driver])
        defer { daemon.stop() }
        let connection = try await daemon.connect(to: "secret:///system", readOnly: readOnly)
        for check in readOnly ? readOnlyChecks : objectChecks {
            try await check.run(on: SecretSort(connection.driver))
        }
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
