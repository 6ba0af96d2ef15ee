import DriverConformance
import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("The test driver keeps the contract of all drivers")
struct ConformanceTests {
    @Test("the contract", arguments: domainLifecycleChecks + domainDefinitionChecks)
    func contract(check: ConformanceCheck) async throws {
        let opened = try await TestDriver().open(ConnectionURI("test:///default"), readOnly: false)
        let connection = try #require(opened)
        try await check.run(on: .testDriver(connection))
        await connection.close()
    }
}
