import Virt

/// The kinds of domain events by the names that people give them, in the order of their numbers.
enum DomainEventKind {
    static let names = [
        "lifecycle", "reboot", "rtc-change", "watchdog", "io-error", "graphics", "io-error-reason",
        "control-error",
        "block-job", "disk-change", "tray-change", "pm-wakeup", "pm-suspend", "balloon-change",
        "pm-suspend-disk",
        "device-removed", "block-job-2", "tunable", "agent-lifecycle", "device-added", "migration-iteration",
        "job-completed", "device-removal-failed", "metadata-change", "block-threshold", "memory-failure",
        "memory-device-size-change", "nic-mac-change",
    ]

    static let all = names.indices.compactMap { Int32(exactly: $0).map(DomainEventID.init(rawValue:)) }

    /// The kind with this name.
    static func named(_ name: String) -> DomainEventID? {
        names.firstIndex(of: name).map { all[$0] }
    }
}
