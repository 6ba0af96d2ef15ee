import LinuxSystem
import Roost
import Virt

extension Session {
    /// `event --since` and `--reconnect`: what was kept, and what follows it.
    func showEvents(_ arguments: Arguments) async throws {
        let listening = try Listening(arguments)
        let reconnects = arguments.has("reconnect")
        // Without a kind everything is shown, not domains' events alone.
        let kinds: Set<EventKind>? =
            arguments.has("event") || arguments.has("all") ? Set(try eventKinds(arguments)) : nil
        let domain = try await eventDomain(arguments)
        let follower = Follower(
            connection: try await connected(), number: try arguments.number("since") ?? .max,
            goesOn: listening.loops || reconnects, reopen: reconnects ? reopening() : nil)
        _ = try await hear(
            listening, isOneShot: false,
            to: { source in source.feed { try await follower.tell(source) } },
            text: { published in
                guard let text = EventText(published.event), domain.matches(published.event),
                    kinds.map({ kinds in published.event.kind.map(kinds.contains) ?? false }) ?? true
                else { return nil }
                if listening.isJSON { return text.json(published) }
                return "\(published.number): " + listening.stamp(published.time) + text.line
            })
    }
}

/// Who follows a host's events by their numbers.
private struct Follower: Sendable {
    let connection: Connection
    /// The first event that is wanted; `UInt64.max` for the next that happens.
    let number: UInt64
    /// Whether it waits for what hasn't happened yet.
    let goesOn: Bool
    /// Opens the connection to the next daemon, where this one's end isn't the end.
    let reopen: (@Sendable () async throws -> Connection)?

    /// Yields the events from the number on: those that there are, and, where it goes on, those that come.
    func tell(_ listener: AsyncStream<Heard>.Continuation) async throws {
        var (connection, number) = (connection, number)
        while !Task.isCancelled {
            do throws(VirtError) {
                let kept = try await connection.events(since: number, waits: goesOn && number != .max)
                for lost in kept.lost { listener.yield(.note(Self.sentence(lost))) }
                listener.yield(.events(kept.events))
                if kept.next == number { break }
                number = kept.next
            } catch {
                guard let reopen, error == .connectionClosed else { throw error }
                listener.yield(.lost)
                guard let next = await Self.next(reopen) else { break }
                connection = next
                listener.yield(.reconnected(next))
            }
        }
        listener.yield(.end)
    }

    /// The connection to the next daemon, once there is one; nil where nobody wants it any more.
    private static func next(_ reopen: () async throws -> Connection) async -> Connection? {
        var pause = GrowingPause(from: .milliseconds(50), to: .seconds(1))
        while !Task.isCancelled {
            if let opened = try? await reopen() { return opened }
            await pause.wait()
        }
        return nil
    }

    private static func sentence(_ lost: ClosedRange<UInt64>) -> String {
        let (first, last) = (lost.lowerBound, lost.upperBound)
        let which = first == last ? "event \(first) is" : "events \(first) to \(last) are"
        return "\(which) lost: not kept, or gone with the host's power\n"
    }
}
