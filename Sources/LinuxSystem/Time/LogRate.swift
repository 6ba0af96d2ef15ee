/// How many lines a log takes of somebody: some at once, and then one after each `interval`. What is left out is counted.
public struct LogRate: Sendable {
    private let burst: Int
    private let interval: Duration
    private var left: Int
    private var lastRefill: MonotonicTime?
    private var omitted = 0

    public init(burst: Int = 20, interval: Duration = .seconds(1)) {
        self.burst = burst
        self.interval = interval
        left = burst
    }

    /// Whether a line may be written now: how many were left out before it, or nil where it is left out as well.
    public mutating func admit(at now: MonotonicTime) -> Int? {
        refill(at: now)
        guard left > 0 else {
            omitted += 1
            return nil
        }
        left -= 1
        defer { omitted = 0 }
        return omitted
    }

    private mutating func refill(at now: MonotonicTime) {
        guard let last = lastRefill else { return lastRefill = now }
        let passed = last.duration(to: now).wholeNanoseconds / max(1, interval.wholeNanoseconds)
        guard passed > 0 else { return }
        left = Int(clamping: min(UInt64(burst), UInt64(left) &+ passed))
        lastRefill = now
    }
}

extension LogRate {
    /// The line as it is to be written, with what was left out before it; nil where it is left out as well.
    public mutating func line(_ text: String, at now: MonotonicTime = .now) -> String? {
        admit(at: now).map { $0 == 0 ? text : "\(text) (\($0) such lines before it were left out)" }
    }
}
