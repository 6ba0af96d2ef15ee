import ByteText
import Virt

/// How people call the kinds of events, and whom an event is about.
extension EventSubject {
    /// The kinds, in the order of their numbers.
    var eventNames: [String] {
        switch self {
        case .domain: Self.domainEvents
        case .network: ["lifecycle", "metadata-change"]
        case .storagePool: ["lifecycle", "refresh"]
        case .nodeDevice: ["lifecycle", "update"]
        case .secret: ["lifecycle", "value-changed"]
        }
    }

    /// Every kind of events of such objects.
    var eventKinds: [EventKind] { eventNames.indices.map { EventKind(self, Int32(clamping: $0)) } }

    /// The kind with this name; fails where there is none.
    func eventKind(named name: String) throws(Failure) -> EventKind {
        if let found = zip(eventNames, eventKinds).first(where: { $0.0.hasSameBytes(as: name) }) {
            return found.1
        }
        throw Failure("unknown event type \(name)")
    }

    /// What `--list` prints.
    var eventList: String { eventNames.map { $0 + "\n" }.joined() }

    private static let domainEvents = [
        "lifecycle", "reboot", "rtc-change", "watchdog", "io-error", "graphics", "io-error-reason",
        "control-error", "block-job", "disk-change", "tray-change", "pm-wakeup", "pm-suspend",
        "balloon-change", "pm-suspend-disk", "device-removed", "block-job-2", "tunable", "agent-lifecycle",
        "device-added", "migration-iteration", "job-completed", "device-removal-failed", "metadata-change",
        "block-threshold", "memory-failure", "memory-device-size-change", "nic-mac-change",
    ]
}

/// The object that events are wanted of.
enum EventObject: Sendable {
    case any
    case uuid(UUID)
    case name(String)

    /// Whether an event is about it.
    func matches(_ event: Event) -> Bool {
        switch self {
        case .any: true
        case .uuid(let wanted): event.objectUUID == wanted
        case .name(let wanted): event.device?.name.hasSameBytes(as: wanted) ?? false
        }
    }
}
