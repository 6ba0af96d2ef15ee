import DriverKit
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
    let file: RecordFile
    var phase: Phase
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
    /// Its record is there but couldn't be read yet: it isn't written over.
    var isHidden = false
    /// Somebody sees to it that QEMU is watched and listened to.
    var isAttended = false
    /// Those who listen have been told that it was started.
    var isTold = false
    /// The number that was given to an image last, where devices have been plugged in.
    var lastImage: UInt32 = 0
    /// Its processors and I/O threads, as QEMU told of them last.
    var processors = GuestProcessors()
    var ioThreads: [RunningIOThread] = []
    /// The limit of locked memory that QEMU had before a device needed another.
    var formerLockedMemory: ResourceLimit?
    /// Why it is about to end, if that was asked for.
    var expectedEnd: EndReason?
    /// The next guest shutdown is answered with a reset: how a reboot through ACPI is done.
    var rebootsOnShutdown = false
    /// Why it is about to be paused or to go on, if that was asked for.
    var expectedPause: DomainPausedReason?
    var expectedResume: DomainRunningReason?
    /// The console streams that are open, by the device's alias.
    var consoles: [String: ConsoleSeat] = [:]
    /// The number that a client who opened one was given last.
    var lastSeat: UInt64 = 0
    /// Devices that the guest has been asked to let go of, by alias.
    var removals: [String: DeviceRemoval] = [:]

    /// How far a run has come.
    enum Phase: Sendable {
        /// Its start is under way, and sees to its end too if it must.
        case starting
        /// A former daemon has started it, and what has become of it hasn't been seen yet.
        case unseen
        case running
        /// QEMU is gone, and what it held is given back.
        case clearing
    }

    init(_ record: LiveRecord, _ phase: Phase, in store: DocumentStore) {
        (id, held, self.phase) = (record.id, record, phase)
        file = RecordFile(record, in: store)
    }

    /// The process as people know it, for messages.
    var processName: String { held.process.map { "process \($0.id)" } ?? "a process that isn't known" }
}

/// Why a guest ended.
enum EndReason: String, Sendable {
    case shutdown, destroyed, crashed, failed, daemon

    /// As the shut-off state's reason.
    var reason: DomainShutoffReason {
        switch self {
        case .shutdown: .shutdown
        case .destroyed: .destroyed
        case .crashed: .crashed
        case .failed: .failed
        case .daemon: .daemon
        }
    }

    /// As the detail of the event that says so.
    var detail: DomainEventStoppedDetailType {
        switch self {
        case .shutdown: .shutdown
        case .destroyed: .destroyed
        case .crashed, .failed, .daemon: .failed
        }
    }
}
