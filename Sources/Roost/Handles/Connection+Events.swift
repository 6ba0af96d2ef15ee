import Virt
import VirtDriver

/// Events as they come, in order, for as long as somebody listens and the connection is there. Ends with an error where the
/// connection was lost, and where the listener falls too far behind: up to there it has heard of everything.
public typealias EventStream = AsyncThrowingStream<PublishedEvent, any Error>

extension Connection {
    /// How many events may wait for a listener.
    private static var waitingEvents: Int { 65536 }

    /// What happens to the objects of the host from now on.
    ///
    ///     for try await told in try await connection.events([.network(.lifecycle), .secret(.lifecycle)]) { … }
    ///
    /// - Parameter passingOverUnknown: whether kinds are left out that an older daemon doesn't know.
    /// - Throws: `noSupport` where there are no such objects.
    ///
    /// libvirt's `virConnectDomainEventRegisterAny`, `virConnectNetworkEventRegisterAny` and so on.
    public func events(
        _ kinds: [EventKind], passingOverUnknown: Bool = false
    ) async throws(VirtError) -> EventStream {
        let source = driver.events
        let (stream, listener) = EventStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.waitingEvents))
        let wanted = Set(kinds)
        let subscription = source.subscribe { published in
            guard let kind = published.event.kind, wanted.contains(kind) else { return }
            // What didn't find a place is the first that is missing: nothing may follow it.
            if case .dropped = listener.yield(published) { listener.finish(throwing: Self.tooFarBehind) }
        }
        var enabled: [EventKind] = []
        for kind in kinds {
            do throws(VirtError) {
                try await source.enable(kind)
                enabled.append(kind)
            } catch {
                if passingOverUnknown, error.code == .internalError || error.code == .rpc { continue }
                subscription.cancel()
                for kind in enabled { await source.disable(kind) }
                throw error
            }
        }
        let all = enabled
        let closing = driver.onClose { reason in
            reason == .client ? listener.finish() : listener.finish(throwing: VirtError.connectionClosed)
        }
        listener.onTermination = { _ in
            subscription.cancel()
            closing.cancel()
            Task { for kind in all { await source.disable(kind) } }
        }
        return stream
    }

    private static var tooFarBehind: VirtError {
        VirtError(
            .operationFailed,
            "\(waitingEvents) events wait to be taken: what happened after them is not told",
            from: .rpc)
    }

    /// What happens to the domains of the host from now on, for as long as somebody listens.
    ///
    ///     for try await told in try await connection.domainEvents([.lifecycle]) { … }
    ///
    /// libvirt's `virConnectDomainEventRegisterAny`.
    public func domainEvents(_ kinds: [DomainEventID] = [.lifecycle]) async throws(VirtError) -> EventStream {
        try await events(kinds.map { .domain($0) })
    }

    /// The events that the host's daemon has kept, from `number` on, as many as it gives at once; ask again for those
    /// from `next` on. 0 stands for the first that is there, `UInt64.max` for the one that will follow the last.
    ///
    /// - Parameter waits: whether to wait for the first one where there is none yet.
    /// - Throws: `noSupport` where no events are kept, `invalidArg` where that one is no longer, or hasn't been yet.
    public func events(since number: UInt64, waits: Bool = false) async throws(VirtError) -> KeptEvents {
        let source = driver.events
        var kept = try await source.kept(since: number)
        while waits, kept.events.isEmpty, kept.lost.isEmpty, !Task.isCancelled {
            try await source.wait(for: kept.next)
            kept = try await source.kept(since: kept.next)
        }
        return kept
    }
}

extension VirtError {
    /// What calls and events end with where the daemon has ended the connection, or is gone.
    public static var connectionClosed: VirtError {
        VirtError(.internalError, "client socket is closed", from: .rpc)
    }
}
