import LinuxSystem

/// When to ask a silent peer whether it is still there, and when to give it up. It knows no clock.
///
/// After `interval` without a sign a ping is due, and another after each further interval; when `count` pings
/// found no answer the peer is given up, that is after `interval * (count + 1)` of silence.
public struct Keepalive: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// Look again at this time.
        case wait(until: MonotonicTime)
        /// Send a ping, and look again at this time.
        case ping(next: MonotonicTime)
        /// The peer is gone.
        case giveUp
    }

    public let interval: Duration
    public let count: Int
    private var lastSign: MonotonicTime
    private var unanswered = 0

    public init(interval: Duration, count: Int, now: MonotonicTime) {
        self.interval = interval
        self.count = count
        lastSign = now
    }

    /// Something came from the peer.
    public mutating func heard(at now: MonotonicTime) {
        lastSign = now
        unanswered = 0
    }

    /// What to do at this time.
    public mutating func check(at now: MonotonicTime) -> Action {
        let due = lastSign.advanced(by: interval)
        if now < due { return .wait(until: due) }
        if unanswered >= count { return .giveUp }
        unanswered += 1
        lastSign = now
        return .ping(next: now.advanced(by: interval))
    }
}
