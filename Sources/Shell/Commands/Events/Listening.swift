import LinuxSystem
import Roost
import Virt

/// How long a command listens, and how it prints what it hears.
struct Listening {
    /// It goes on after what ends it otherwise.
    let loops: Bool
    let timeout: Duration?
    let hasTimestamps: Bool
    /// Each event is a line of JSON, and nothing else is printed.
    let isJSON: Bool

    init(_ arguments: Arguments) throws(Failure) {
        loops = arguments.has("loop")
        hasTimestamps = arguments.has("timestamp")
        isJSON = arguments.has("json")
        guard let seconds: Int32 = try arguments.number("timeout") else {
            timeout = nil
            return
        }
        let (_, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        if seconds < 1 || overflows {
            throw arguments.malformed("timeout", try arguments.required("timeout"))
        }
        timeout = .seconds(Int64(seconds))
    }

    /// The options of every such command.
    static let options: [CommandOption] = [
        .flag("loop", "loop until timeout or interrupt, rather than one-shot"),
        .value("timeout", "timeout seconds", type: .number), .flag("list", "list valid event types"),
        .flag("timestamp", "show timestamp for each printed event"),
        .jsonLines,
    ]

    /// The time that is printed before an event, if any is.
    func stamp(_ nanoseconds: UInt64) -> String {
        hasTimestamps ? LocalTime.stamp(nanoseconds: nanoseconds) + ": " : ""
    }
}

/// What comes while a command listens.
enum Heard: Sendable {
    case events([PublishedEvent])
    /// A line about events.
    case note(String)
    /// No more will come.
    case end
    case failed(Failure)
    /// The daemon has gone; it is waited for.
    case lost
    /// The listening goes on with the next daemon.
    case reconnected(Connection)
    case timedOut
    case interrupted
}

/// How listening ended.
private struct Hearing {
    var count = 0
    /// What is printed about the end.
    var end = ""
    var failure: Failure?
}

extension Session {
    /// Prints what `source` yields until the listening is over; fails where nothing but time went by.
    func listen(
        _ listening: Listening, to events: (AsyncStream<Heard>.Continuation) async throws -> Void
    ) async throws {
        let count = try await hear(listening, isOneShot: !listening.loops, to: events) {
            guard let text = EventText($0.event) else { return nil }
            return listening.isJSON
                ? text.json($0) : listening.stamp(CalendarTime.now.nanoseconds) + text.line
        }
        if count == 0 { throw Failure() }
    }

    /// Prints what is heard until it ends, time is up, or somebody interrupts it, and how many events that were; their
    /// number.
    ///
    /// - Parameters:
    ///   - isOneShot: whether the first event ends it.
    ///   - text: how an event is printed; nil where it isn't.
    func hear(
        _ listening: Listening, isOneShot: Bool,
        to events: (AsyncStream<Heard>.Continuation) async throws -> Void,
        text: (PublishedEvent) -> String?
    ) async throws -> Int {
        let (stream, source) = AsyncStream.makeStream(of: Heard.self)
        let deafen = Interrupts.shared.listen { source.yield(.interrupted) }
        let timer = listening.timeout.map { EventLoop.shared.schedule(after: $0) { source.yield(.timedOut) } }
        defer {
            deafen()
            _ = timer?.cancel()
            source.finish()
        }
        try await events(source)
        output.flush()
        let hearing = await printAll(of: stream, listening, isOneShot, text)
        if !listening.isJSON { output.print(hearing.end + "events received: \(hearing.count)\n") }
        if let failure = hearing.failure {
            reportLoss()
            throw failure
        }
        return hearing.count
    }

    private func printAll(
        of stream: AsyncStream<Heard>, _ listening: Listening, _ isOneShot: Bool,
        _ text: (PublishedEvent) -> String?
    ) async -> Hearing {
        var hearing = Hearing()
        for await heard in stream {
            if output.isBroken {
                hearing.failure = Failure()
                return hearing
            }
            switch heard {
            case .events(let all):
                for line in all.lazy.compactMap(text) {
                    hearing.count += 1
                    output.print(line)
                    if isOneShot { break }
                }
                output.flush()
                if isOneShot, hearing.count > 0 { return hearing }
            case .note(let line):
                if listening.isJSON { output.warnings([line]) } else { output.print(line) }
                output.flush()
            case .end: return hearing
            case .failed(let failure):
                hearing.failure = failure
                return hearing
            case .lost: reportLoss()
            case .reconnected(let connection): goOn(with: connection)
            case .timedOut:
                hearing.end = "event loop timed out\n"
                return hearing
            case .interrupted:
                hearing.end = "event loop interrupted\n"
                return hearing
            }
        }
        return hearing
    }
}

extension AsyncStream<Heard>.Continuation {
    /// Hands on the events that are wanted, until the listening is over.
    func pump(_ events: EventStream, where isWanted: @escaping @Sendable (PublishedEvent) -> Bool) {
        feed { for try await published in events where isWanted(published) { yield(.events([published])) } }
    }

    /// Runs what yields until the listening is over, and says so when it fails.
    func feed(_ body: @escaping @Sendable () async throws -> Void) {
        let feeding = Task {
            do {
                try await body()
            } catch {
                yield(.failed(Failure(lines: Failure.lines(of: error))))
            }
        }
        onTermination = { _ in feeding.cancel() }
    }
}
