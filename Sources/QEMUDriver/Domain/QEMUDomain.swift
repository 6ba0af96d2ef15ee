import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import QMP
import Virt
import VirtDriver
import VirtXML

/// One domain of the QEMU driver: sole owner of what changes about it.
///
/// Two rules keep one run of the guest apart from the next: a run begins only under the job, and what acts on a run
/// after an `await` names it.
actor QEMUDomain: LocalDomain {
    static let driver = DriverName("qemu", origin: .qemu)

    nonisolated let context: QEMUContext
    nonisolated let published: Published<QEMUDomainSnapshot>
    nonisolated let jobs = JobLock(origin: .qemu)
    /// Who asks the guest's agent, which answers one at a time; the domain's other jobs go on beside it.
    nonisolated let agentJobs = JobLock(origin: .qemu)
    /// The run of the guest, until all that it held is given back.
    var guest: RunningGuest?
    var isForgotten = false
    /// The long job that ended last.
    var lastJob: CompletedJob?
    /// How much of what QEMU says goes into a log that is to have it all.
    private var monitorLines = LogRate(burst: 200, interval: .milliseconds(50))
    /// The snapshot that the guest is being returned to, while it is started for that.
    var loading: LoadedSnapshot?
    /// An image of a snapshot that is being deleted is written over: only the end of that is left.
    var hasBegunMerge = false
    /// Somebody writes the record of the running guest already.
    var isSavingRecord = false

    init(context: QEMUContext, snapshot: QEMUDomainSnapshot) {
        self.context = context
        published = Published(snapshot)
    }

    nonisolated var host: QEMUContext { context }
    var holdsRun: Bool { guest != nil }

    /// Writes down what QEMU tells, where the log is to have that; a QEMU that means ill could fill it.
    func log(_ told: some CustomStringConvertible) {
        guard context.log.logLevel <= .debug, let line = monitorLines.line("'\(snapshot.name)': \(told)")
        else { return }
        context.log.debug("\(line)")
    }

    // MARK: The run

    /// A run of the guest, as long as it is this domain's and its QEMU may be there.
    func guest(_ run: Int32) -> RunningGuest? {
        guard let guest, guest.id == run, guest.phase != .clearing else { return nil }
        return guest
    }

    /// The running guest; throws where there is none.
    @discardableResult
    func requireGuest() throws(VirtError) -> RunningGuest {
        guard let guest, let current = self.guest(guest.id), snapshot.isActive else {
            throw VirtError.notRunning
        }
        return current
    }

    /// Has QEMU execute a command; its error becomes the call's. Afterwards the run is the same still.
    @discardableResult
    func ask(
        _ command: String, _ arguments: JSONObject? = nil, descriptors: [Descriptor] = []
    ) async throws(VirtError) -> JSONValue {
        let guest = try requireGuest()
        guard let monitor = guest.monitor else { throw guest.unreachable(snapshot.name) }
        let reply: JSONValue
        do throws(QMPError) {
            reply = try await monitor.execute(
                command, arguments, descriptors: descriptors, timeout: Self.patience)
        } catch {
            log(error)
            throw VirtError(error, command: command)
        }
        guard self.guest(guest.id) != nil else {
            throw VirtError.endedMeanwhile
        }
        return reply
    }

    /// Has QEMU of one run alone execute a command.
    @discardableResult
    func ask(_ command: MonitorCommand, of run: Int32) async throws(VirtError) -> JSONValue {
        guard guest(run) != nil else { throw VirtError.endedMeanwhile }
        return try await ask(command.name, command.arguments)
    }

    /// How long QEMU may take to answer a command that it should answer at once.
    private static let patience = Duration.seconds(60)
}

extension RunningGuest {
    /// That a call can't be carried out since QEMU doesn't answer.
    func unreachable(_ name: String) -> VirtError {
        let reason = trouble.map { ": \($0)" } ?? ""
        return VirtError(
            .operationFailed,
            "QEMU of domain '\(name)' (\(processName)) does not answer\(reason). This is tried again by itself; "
                + "'destroy' ends the guest", from: .qemu)
    }
}
