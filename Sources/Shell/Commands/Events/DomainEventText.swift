import Virt

/// A domain event as it is printed.
struct DomainEventText {
    /// The domain that it happened to.
    let domain: DomainReference
    /// Its kind, as `event --event` takes it.
    let kind: String
    /// What stands behind "for domain 'x'".
    let detail: String

    var line: String { "event '\(kind)' for domain '\(domain.name)'\(detail)\n" }

    private init(_ domain: DomainReference, _ kind: String, _ detail: String = "") {
        (self.domain, self.kind, self.detail) = (domain, kind, detail)
    }

    /// Nil for what is no domain event.
    init?(_ event: Event) {
        guard let text = Self.states(event) ?? Self.devices(event) ?? Self.others(event) else { return nil }
        self = text
    }

    private static func states(_ event: Event) -> DomainEventText? {
        switch event {
        case .domainLifecycle(let e):
            DomainEventText(e.domain, "lifecycle", ": " + lifecycle(e.event, e.detail))
        case .domainReboot(let e): DomainEventText(e.domain, "reboot")
        case .domainRtcChange(let e): DomainEventText(e.domain, "rtc-change", ": \(e.offset)")
        case .domainWatchdog(let e): DomainEventText(e.domain, "watchdog", ": " + word(watchdogs, e.action))
        case .domainControlError(let e): DomainEventText(e.domain, "control-error")
        case .domainPmWakeup(let e): DomainEventText(e.domain, "pm-wakeup")
        case .domainPmSuspend(let e): DomainEventText(e.domain, "pm-suspend")
        case .domainPmSuspendDisk(let e): DomainEventText(e.domain, "pm-suspend-disk")
        case .domainBalloonChange(let e): DomainEventText(e.domain, "balloon-change", ": \(e.actual)KiB")
        case .domainMigrationIteration(let e):
            DomainEventText(e.domain, "migration-iteration", ": iteration: '\(e.iteration)'")
        default: nil
        }
    }

    private static func devices(_ event: Event) -> DomainEventText? {
        switch event {
        case .domainIoError(let e):
            DomainEventText(
                e.domain, "io-error", ": \(e.srcPath) (\(e.devAlias)) \(word(ioErrors, e.action))")
        case .domainIoErrorReason(let e):
            DomainEventText(
                e.domain, "io-error-reason",
                ": \(e.srcPath) (\(e.devAlias)) \(word(ioErrors, e.action)) due to \(e.reason)")
        case .domainBlockJob(let e):
            DomainEventText(e.domain, "block-job", blockJob(e.type, e.status, e.path))
        case .domainBlockJob2(let e):
            DomainEventText(e.domain, "block-job-2", blockJob(e.type, e.status, e.dst))
        case .domainDiskChange(let e):
            DomainEventText(
                e.domain, "disk-change",
                " disk \(e.devAlias): \(e.oldSrcPath ?? "") -> \(e.newSrcPath ?? ""): \(word(diskChanges, e.reason))"
            )
        case .domainTrayChange(let e):
            DomainEventText(e.domain, "tray-change", " disk \(e.devAlias): \(word(trayChanges, e.reason))")
        case .domainDeviceRemoved(let e): DomainEventText(e.domain, "device-removed", ": \(e.devAlias)")
        case .domainDeviceAdded(let e): DomainEventText(e.domain, "device-added", ": \(e.devAlias)")
        case .domainDeviceRemovalFailed(let e):
            DomainEventText(e.domain, "device-removal-failed", ": \(e.devAlias)")
        case .domainBlockThreshold(let e):
            DomainEventText(
                e.domain, "block-threshold", ": dev: \(e.device)(\(e.path ?? "")) \(e.threshold) \(e.excess)")
        case .domainMemoryDeviceSizeChange(let e):
            DomainEventText(e.domain, "memory-device-size-change", ":\nalias: \(e.alias)\nsize: \(e.size)")
        case .domainNicMACChange(let e):
            DomainEventText(
                e.domain, "nic-mac-change", ": dev: \(e.alias) oldMAC: \(e.oldMAC) newMAC: \(e.newMAC)")
        default: nil
        }
    }

    private static func others(_ event: Event) -> DomainEventText? {
        switch event {
        case .domainGraphics(let e): DomainEventText(e.domain, "graphics", ": " + graphics(e))
        case .domainTunable(let e):
            DomainEventText(
                e.domain, "tunable", ":" + e.parameters.map { "\n\t\($0.field): \($0.value.text)" }.joined())
        case .domainJobCompleted(let e):
            DomainEventText(
                e.domain, "job-completed",
                ":" + e.parameters.map { "\n\t\($0.field): \($0.value.text)" }.joined())
        case .domainAgentLifecycle(let e):
            DomainEventText(
                e.domain, "agent-lifecycle",
                ": state: '\(word(agentStates, e.state))' reason: '\(word(agentReasons, e.reason))'")
        case .domainMetadataChange(let e):
            DomainEventText(
                e.domain, "metadata-change", ": type \(word(metadata, e.type)), uri \(e.nsuri ?? "<null>")")
        case .domainMemoryFailure(let e):
            DomainEventText(
                e.domain, "memory-failure",
                ":\nrecipient: \(word(recipients, e.recipient))\naction: \(word(failures, e.action))\nflags:\n"
                    + "\taction required: \(e.flags & 1)\n\trecursive: \(e.flags >> 1 & 1)")
        default: nil
        }
    }

    private static func blockJob(_ type: Int32, _ status: Int32, _ disk: String) -> String {
        ": \(word(blockJobs, type)) for \(disk) \(word(jobStates, status))"
    }

    private static func graphics(_ event: DomainGraphicsEvent) -> String {
        func address(_ a: DomainEventGraphicsAddress) -> String {
            "[\(word(["IPv4", "IPv6", "unix"], a.family)) \(a.node) \(a.service)]"
        }
        let phase = word(["connect", "initialize", "disconnect"], event.phase)
        let subject = event.subject.map { "\n\t\($0.type)=\($0.name)" }.joined()
        return "\(phase) local\(address(event.local)) remote\(address(event.remote)) \(event.authScheme)"
            + subject
    }
}

extension DomainEventText {
    /// `Started Booted`
    static func lifecycle(_ event: Int32, _ detail: Int32) -> String {
        let details = lifecycles.indices.contains(Int(event)) ? lifecycles[Int(event)].details : []
        let name = lifecycles.indices.contains(Int(event)) ? lifecycles[Int(event)].name : "unknown"
        return name + " " + word(details, detail)
    }

    private static func word(_ words: [String], _ index: Int32) -> String {
        words.indices.contains(Int(index)) ? words[Int(index)] : "unknown"
    }

    private static let lifecycles: [(name: String, details: [String])] = [
        ("Defined", ["Added", "Updated", "Renamed", "Snapshot"]), ("Undefined", ["Removed", "Renamed"]),
        ("Started", ["Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"]),
        (
            "Suspended",
            [
                "Paused", "Migrated", "I/O Error", "Watchdog", "Restored", "Snapshot", "API error",
                "Post-copy",
                "Post-copy Error",
            ]
        ),
        ("Resumed", ["Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"]),
        ("Stopped", ["Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot"]),
        ("Shutdown", ["Finished", "Finished after guest request", "Finished after host request"]),
        ("PMSuspended", ["Memory", "Disk"]), ("Crashed", ["Panicked", "Crashloaded"]),
    ]
    private static let watchdogs = ["none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"]
    private static let ioErrors = ["none", "pause", "report"]
    private static let blockJobs = [
        "unknown", "Block Pull", "Block Copy", "Block Commit", "Active Block Commit", "Backup",
    ]
    private static let jobStates = ["completed", "failed", "canceled", "ready"]
    private static let diskChanges = ["changed", "dropped"]
    private static let trayChanges = ["opened", "closed"]
    private static let agentStates = ["unknown", "connected", "disconnected"]
    private static let agentReasons = ["unknown", "domain started", "channel event"]
    private static let metadata = ["description", "title", "element"]
    private static let recipients = ["hypervisor", "guest"]
    private static let failures = ["ignore", "inject", "fatal", "reset"]
}
