import DriverConformance
import TestDriver
import Testing
import Virt
import VirtDriver

@Suite("The test driver keeps the contract of all drivers")
struct ConformanceTests {
    /// The driver's older calls answer with an internal error, as clients know it.
    private static var differences: DriverDifferences {
        var differences = DriverDifferences()
        differences.suspendWhileShutOff = .internalError
        differences.resumeWhileShutOff = .internalError
        differences.shutdownWhileShutOff = .internalError
        differences.createWhileRunning = .internalError
        differences.suspendWhilePaused = .internalError
        differences.resumeWhileRunning = .internalError
        differences.shutsDownAtOnce = true
        return differences
    }

    @Test("the contract", arguments: domainLifecycleChecks + domainDefinitionChecks)
    func contract(check: ConformanceCheck) async throws {
        let opened = try await TestDriver().open(ConnectionURI("test:///default"), readOnly: false)
        let connection = try #require(opened)
        let subject = ConformanceSubject(connection: connection, differences: Self.differences) { name, uuid in
            """
            <domain type='test'><name>\(name)</name><uuid>\(uuid)</uuid><memory>1024</memory>
              <os><type>hvm</type></os></domain>
            """
        }
        try await check.run(on: subject)
        await connection.close()
    }
}
