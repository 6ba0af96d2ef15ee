import Daemon
import DriverKit
import Glibc
import LinuxSystem
import Logging
import Virt
import VirtDriver

/// What administrators of this daemon may change beside its clients.
final class HostAdministration: Administration {
    let log: DaemonLog
    let libraryVersion = APILevel.version
    private let server: Server
    private let drivers: DriverSet

    init(_ log: DaemonLog, _ server: Server, _ drivers: DriverSet) {
        (self.log, self.server, self.drivers) = (log, server, drivers)
    }

    func shutDown() { _ = kill(ThisProcess.id, SIGTERM) }

    func setTimeout(_ seconds: UInt32) {
        let drivers = drivers
        server.whenIdle(for: seconds == 0 ? nil : .seconds(Int64(seconds)), unless: { drivers.isActive }) {
            [log] in
            log.logger("roostd").info("no client for \(seconds) s: the daemon ends")
            _ = kill(ThisProcess.id, SIGTERM)
        }
    }
}

extension DaemonLog {
    /// Goes by what `roostd.conf` says of the log.
    func take(_ configuration: Configuration) async throws {
        do {
            if let filters = configuration.logFilters { try setFilters(filters) }
            if let outputs = configuration.logOutputs {
                try await Blocking.run { () throws(VirtError) in try self.setOutputs(outputs) }
            }
        } catch {
            throw RunningDaemon.Failure(description: "roostd.conf: \(error.message)")
        }
    }
}
