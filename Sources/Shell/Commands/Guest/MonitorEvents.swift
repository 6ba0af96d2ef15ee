import Roost
import Virt

extension Command {
    static let qemuMonitorEvent = Command(
        "qemu-monitor-event", "QEMU Monitor Events",
        description:
            "Wait for events of QEMU's monitor as they are. Roost has none of them told yet: see event.",
        options: [
            .value("domain", "filter by domain name, id or uuid", complete: .domains()),
            .value("event", "filter by event name"), .flag("pretty", "pretty-print any JSON output"),
            .flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            .value("timeout", "timeout seconds", type: .number),
            .flag("regex", "treat event as a regex rather than literal filter"),
            .flag("no-case", "treat event case-insensitively"),
            .flag("timestamp", "show timestamp for each printed event"),
        ]
    ) { session, arguments in
        _ = try Listening(arguments)
        if arguments.has("domain") { _ = try await session.domain(arguments) }
        throw VirtError.notSupported("virConnectDomainQemuMonitorEventRegister")
    }
}
