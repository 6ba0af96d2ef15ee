import DriverKit
import HostKit
import LinuxSystem
import QEMUModel
import QMP
import Virt
import VirtXML

/// One run of a guest: from the moment that its start holds anything of the host until all is given back.
///
/// Whatever waits in between acts on the run that it means, by its `id`, and on no other.
struct RunningGuest: Sendable {
    /// The number that the domain has in this run, and never again.
    let id: Int32
    /// What it holds of the host, as it stands on disk but for its state.
    var held: LiveRecord
    /// Where that is written.
    let file: RecordFile<LiveRecord>
    /// What was asked for and heard, and the state that it is in.
    var life: GuestLife
    /// Open once all is given back.
    let over = Latch()
    /// QEMU; nil as long as it hasn't been started, or hasn't been seen by this daemon.
    var process: ProcessHandle?
    /// Tells when QEMU has ended.
    var watch: ProcessHandle.Watch?
    /// QEMU's monitor; nil while it can't be spoken to.
    var monitor: QMPMonitor?
    /// Takes the monitor's events, in order.
    var events: Task<Void, Never>?
    /// Why QEMU can't be seen or spoken to, where it should be.
    var trouble: String?
    /// What is known of its record.
    var recordState = RecordState.known
    /// Somebody sees to it that QEMU is watched and listened to.
    var isAttended = false
    /// The number that was given to an image last, where devices have been plugged in.
    var lastImage: UInt32 = 0
    /// Its processors and I/O threads, as QEMU told of them last.
    var processors = GuestProcessors()
    var ioThreads: [RunningIOThread] = []
    /// The limit of locked memory that QEMU had before a device needed another.
    var formerLockedMemory: ResourceLimit?
    /// The console streams that are open, by the device's alias.
    var consoles: [String: ConsoleSeat] = [:]
    /// The number that a client who opened one was given last.
    var lastSeat: UInt64 = 0
    /// Something long that is done with it.
    var job: GuestJob?
    /// Devices that the guest has been asked to let go of, by alias.
    var removals: [String: DeviceRemoval] = [:]

    /// Whether all jobs of QEMU's are known, and those that are over and that QEMU is about to be told to forget.
    var knowsJobs = true
    var undismissedJobs: Set<String> = []
    /// Short jobs whose end is waited for, those that have ended before anybody waited, and who waits for a job's end.
    var awaitedJobs: Set<String> = []
    var endedJobs: Set<String> = []
    var jobWaiters: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// Why not all of a backup that is over could be taken back, while that is tried again.
    var backupTrouble: String?

    /// The line to its agent, once somebody has listened there.
    var agent: AgentConnection?
    /// How long its agent's answers are waited for.
    var agentPatience = AgentPatience.unlimited

    enum RecordState: Sendable {
        case known
        /// It is there but couldn't be read yet: it isn't written over.
        case hidden
        /// There is none that can be understood: what the guest was given has to be presumed.
        case lost
    }

    init(_ record: LiveRecord, _ life: GuestLife, in store: DocumentStore) {
        (id, held, self.life) = (record.id, record, life)
        file = RecordFile(record, in: store)
    }

    /// How far it has come.
    var phase: GuestLife.Phase { life.phase }

    /// The process as people know it, for messages.
    var processName: String { held.process.map { "process \($0.id)" } ?? "a process that isn't known" }
}
