import Virt
import VirtDriver

extension ConformanceSubject {
    /// The test driver, however its host is reached.
    public static func testDriver(_ connection: any DriverConnection) -> ConformanceSubject {
        ConformanceSubject(connection: connection, differences: .testDriver) { name, uuid in
            """
            <domain type='test'><name>\(name)</name><uuid>\(uuid)</uuid><memory>1024</memory>
              <os><type>hvm</type></os></domain>
            """
        }
    }
}

extension DriverDifferences {
    /// The test driver's older calls answer with an internal error, as clients know it.
    fileprivate static var testDriver: DriverDifferences {
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
}
