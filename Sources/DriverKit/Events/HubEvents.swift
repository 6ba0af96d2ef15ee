import Virt
import VirtDriver

extension EventHub {
    /// What the hub tells of some sorts of objects: those that a driver's clients see.
    public func source(of subjects: Set<EventSubject>) -> any EventSource {
        HubEvents(hub: self, subjects: subjects)
    }
}

/// A hub's events of some sorts of objects.
private struct HubEvents: EventSource {
    let hub: EventHub
    let subjects: Set<EventSubject>

    private func tells(_ published: PublishedEvent) -> Bool {
        published.event.kind.map { subjects.contains($0.subject) } ?? false
    }

    func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        hub.subscribe { if tells($0) { receive($0) } }
    }

    func adding(_ more: Set<EventSubject>) -> any EventSource { hub.source(of: subjects.union(more)) }

    func enable(_ kind: EventKind) async throws(VirtError) {
        if !subjects.contains(kind.subject) { throw .notSupported(kind.subject.registration) }
    }

    func kept(since number: UInt64) async throws(VirtError) -> KeptEvents {
        guard let journal = hub.journal else { throw .notSupported("roostConnectEventsSince") }
        var kept = try await journal.page(since: number)
        kept.events.removeAll { !tells($0) }
        return kept
    }

    func wait(for number: UInt64) async throws(VirtError) {
        guard let journal = hub.journal else { throw .notSupported("roostConnectWaitForEvent") }
        await hub.wait(for: number, in: journal)
    }
}

extension EventHub {
    /// Waits until the journal has got as far as `number`, or the task is cancelled.
    fileprivate func wait(for number: UInt64, in journal: EventJournal) async {
        let news = Latch()
        let subscription = subscribe { _ in news.open() }
        defer { subscription.cancel() }
        if journal.lastNumber >= number { return }
        await withTaskCancellationHandler {
            await news.wait()
        } onCancel: {
            news.open()
        }
    }
}
