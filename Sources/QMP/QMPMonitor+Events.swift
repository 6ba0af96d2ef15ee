import LinuxSystem

extension QMPMonitor {
    /// What happens in QEMU, in the order in which it tells. An event comes before the replies that follow it: they wait
    /// until the listener asks for the next event, so it must not wait for one of them.
    public nonisolated var told: QMPEvents { QMPEvents(monitor: self) }

    /// An event has come.
    func tell(_ event: QMPEvent) {
        events.append(event)
        wakeListener()
    }

    /// The events that wait, once there are any; none when the connection has ended, or the caller is cancelled.
    func takeEvents() async -> [QMPEvent] {
        eventsAreTakenIn()
        while events.isEmpty {
            if case .closed = phase { return [] }
            if Task.isCancelled { return [] }
            guard await hasNews() else { return [] }
        }
        defer { watch() }
        return events.takeAll()
    }

    /// Waits until there is something to look at; false when another task listens from now on.
    private func hasNews() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wakeListener(hasNews: false)
                if Task.isCancelled || hasSomething {
                    continuation.resume(returning: true)
                } else {
                    listener = continuation
                }
            }
        } onCancel: {
            loop.submit { [weak self] in self?.assumeIsolated { $0.wakeListener() } }
        }
    }

    private var hasSomething: Bool { !events.isEmpty || closeReason != nil }

    func wakeListener(hasNews: Bool = true) {
        listener?.resume(returning: hasNews)
        listener = nil
    }
}

extension QMPMonitor {
    /// Why the connection has ended; nil while it stands.
    public var closeReason: QMPError? { if case .closed(let error) = phase { error } else { nil } }
}
