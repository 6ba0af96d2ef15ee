import Roost
import Virt

extension Session {
    /// `event --since`: what was kept, and what follows it.
    func showEvents(_ arguments: Arguments) async throws {
        guard let number: UInt64 = try arguments.number("since") else { return }
        let listening = try Listening(arguments)
        // Without a kind everything is shown, not domains' events alone.
        let kinds: Set<EventKind>? =
            arguments.has("event") || arguments.has("all") ? Set(try eventKinds(arguments)) : nil
        let domain = try await eventDomain(arguments)
        let connection = try await connected()
        _ = try await hear(
            listening, isOneShot: false,
            to: { source in
                source.feed { try await source.follow(connection, number, goesOn: listening.loops) }
            },
            text: { published in
                guard let text = EventText(published.event), domain.matches(published.event),
                    kinds.map({ kinds in published.event.kind.map(kinds.contains) ?? false }) ?? true
                else { return nil }
                return "\(published.number): " + listening.stamp(published.time) + text.line
            })
    }
}

extension AsyncStream<Heard>.Continuation {
    /// Yields the events from a number on: those that there are, and, where it goes on, those that come.
    fileprivate func follow(_ connection: Connection, _ number: UInt64, goesOn: Bool) async throws {
        var number = number
        while !Task.isCancelled {
            let kept = try await connection.events(since: number, waits: goesOn)
            for lost in kept.lost { yield(.note(Self.sentence(lost))) }
            yield(.events(kept.events))
            if kept.next == number { break }
            number = kept.next
        }
        yield(.end)
    }

    private static func sentence(_ lost: ClosedRange<UInt64>) -> String {
        let (first, last) = (lost.lowerBound, lost.upperBound)
        let which = first == last ? "event \(first) is" : "events \(first) to \(last) are"
        return "\(which) lost: not kept, or gone with the host's power\n"
    }
}
