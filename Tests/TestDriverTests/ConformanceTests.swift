import DriverConformance
import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("The test driver keeps the contract of all drivers")
struct ConformanceTests {
    @Test("the contract", arguments: domainLifecycleChecks + domainDefinitionChecks)
    func contract(check: ConformanceCheck) async throws {
        let opened = try await TestDriver().open(
            OpenRequest(ConnectionURI("test:///default"), for: .thisProcess()))
        let connection = try #require(opened)
        try await check.run(on: .testDriver(connection))
        await connection.close()
    }

    private func onEachSort(_ body: (any StartableSort) async throws -> Void) async throws {
        let opened = try await TestDriver().open(
            OpenRequest(ConnectionURI("test:///default"), for: .thisProcess()))
        let connection = try #require(opened)
        for sort in testDriverSorts(connection) { try await body(sort) }
        await connection.close()
    }

    @Test("the contract of domains, networks and pools", arguments: objectChecks)
    func objects(check: ObjectCheck) async throws { try await onEachSort { try await check.run(on: $0) } }

    @Test("the contract of their lives", arguments: startableChecks)
    func lives(check: StartableCheck) async throws { try await onEachSort { try await check.run(on: $0) } }
}
