import LinuxSystem

/// How long a command listens, and how it prints what it hears.
struct Listening {
    let loops: Bool
    let timeout: Duration?
    let hasTimestamps: Bool

    init(_ arguments: Arguments) throws(Failure) {
        loops = arguments.has("loop")
        hasTimestamps = arguments.has("timestamp")
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
    ]
}

/// What comes while a command listens.
enum Heard: Sendable {
    case text(String)
    case timedOut
    case interrupted
}

extension Session {
    /// Prints what `source` yields until the listening is over; fails where nothing but time went by.
    func listen(_ listening: Listening, to texts: (AsyncStream<Heard>.Continuation) async throws -> Void)
        async throws
    {
        let (stream, source) = AsyncStream.makeStream(of: Heard.self)
        let deafen = Interrupts.shared.listen { source.yield(.interrupted) }
        let timer = listening.timeout.map { EventLoop.shared.schedule(after: $0) { source.yield(.timedOut) } }
        defer {
            deafen()
            _ = timer?.cancel()
            source.finish()
        }
        try await texts(source)
        output.flush()
        var count = 0
        var end = "event loop timed out\n"
        heard: for await heard in stream {
            switch heard {
            case .text(let text):
                count += 1
                let stamp =
                    listening.hasTimestamps
                    ? LocalTime.stamp(nanoseconds: CalendarTime.now.nanoseconds) + ": " : ""
                output.print(stamp + text)
                output.flush()
                if !listening.loops {
                    end = ""
                    break heard
                }
            case .timedOut: break heard
            case .interrupted:
                end = "event loop interrupted\n"
                break heard
            }
        }
        output.print(end + "events received: \(count)\n")
        if count == 0 { throw Failure() }
    }
}
