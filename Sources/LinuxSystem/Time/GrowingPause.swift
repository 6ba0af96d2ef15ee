/// The pauses between attempts at what may succeed later: each is twice as long as the one before, up to a limit.
public struct GrowingPause: Sendable {
    private var next: Duration
    private let limit: Duration

    public init(from first: Duration = .milliseconds(250), to limit: Duration = .seconds(30)) {
        (next, self.limit) = (first, limit)
    }

    /// The length of the next pause.
    public mutating func take() -> Duration {
        defer { next = min(next * 2, limit) }
        return next
    }

    /// Waits for the next pause, whether or not somebody still wants what is tried: a task that was cancelled would try
    /// without any pause.
    public mutating func wait() async {
        let length = take()
        await Task { try? await Task.sleep(for: length) }.value
    }
}
