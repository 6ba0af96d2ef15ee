import LinuxSystem
import QMP
import Virt
import VirtXML

/// What belongs to a guest while it runs.
struct RunningGuest: Sendable {
    let monitor: QMPMonitor
    let process: ProcessHandle
    let folder: String
    /// The files that were given to the guest's user.
    var ownerships: [FileOwnership]
    /// The VNC ports that it holds.
    var ports: [UInt16]
    /// What serves it beside QEMU.
    var helpers: [HelperRecord] = []
    /// What helpers leave in the host's folders.
    var leftovers: [String] = []
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
    /// Takes the monitor's events, in order.
    var events: Task<Void, Never>?
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
