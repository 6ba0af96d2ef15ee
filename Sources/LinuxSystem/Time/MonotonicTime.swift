import CLinux
import Glibc

/// A moment on the clock that never goes back and does not count time asleep, in nanoseconds.
public struct MonotonicTime: Hashable, Comparable, Sendable {
    public let nanoseconds: UInt64

    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    public static var now: MonotonicTime {
        MonotonicTime(nanoseconds: readClock(CLOCK_MONOTONIC))
    }

    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment `duration` later; a negative duration counts as none, and too long a one as forever.
    public func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// How long until `other`; zero when it has passed.
    public func duration(to other: MonotonicTime) -> Duration {
        guard other > self else { return .zero }
        return .nanoseconds(Int64(clamping: other.nanoseconds - nanoseconds))
    }
}

/// A moment of the calendar, in nanoseconds since 1970 (UTC).
public struct CalendarTime: Hashable, Sendable {
    public let nanoseconds: UInt64

    public static var now: CalendarTime {
        CalendarTime(nanoseconds: readClock(CLOCK_REALTIME))
    }

    /// Whole seconds since 1970.
    public var seconds: UInt64 { nanoseconds / 1_000_000_000 }
}

private func readClock(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
}

extension Duration {
    /// This in nanoseconds; a negative duration counts as none.
    public var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || overflow2 ? .max : sum
    }

    /// This in milliseconds rounded up, as `poll` and `epoll_wait` want it.
    var pollMilliseconds: Int32 {
        let nanoseconds = wholeNanoseconds
        return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
    }
}
