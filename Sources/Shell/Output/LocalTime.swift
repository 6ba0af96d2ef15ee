import Glibc
import LinuxSystem

/// A moment as people write it down.
struct LocalTime {
    private let parts: tm
    private let milliseconds: Int

    static var now: LocalTime { LocalTime(nanoseconds: CalendarTime.now.nanoseconds, isUTC: false) }

    /// The moment so many nanoseconds after 1970 began, here or in Greenwich.
    init(nanoseconds: UInt64, isUTC: Bool) {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = tm()
        if isUTC { gmtime_r(&seconds, &parts) } else { localtime_r(&seconds, &parts) }
        self.parts = parts
        milliseconds = Int(nanoseconds / 1_000_000 % 1000)
    }

    private var clock: String { "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))" }

    private func day(_ separator: String) -> String {
        [String(Int(parts.tm_year) + 1900), two(parts.tm_mon + 1), two(parts.tm_mday)].joined(
            separator: separator)
    }

    private func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }

    /// `2026-11-23 19:12:34+0000`
    var zoned: String {
        let (minutes, sign) = (abs(parts.tm_gmtoff) / 60, parts.tm_gmtoff < 0 ? "-" : "+")
        return dashed + sign + two(Int32(minutes / 60)) + two(Int32(minutes % 60))
    }

    /// `2026.11.23 19:12:34`
    var dotted: String { day(".") + " " + clock }
    /// `2026-11-23 19:12:34`
    var dashed: String { day("-") + " " + clock }
    /// `2026-11-23-19:12:34`
    var unspaced: String { day("-") + "-" + clock }
    /// `2026-11-23 19:12:34.123+0000`, in Greenwich's time.
    static func stamp(nanoseconds: UInt64) -> String {
        let time = LocalTime(nanoseconds: nanoseconds, isUTC: true)
        let fraction = String(time.milliseconds)
        return time.dashed + "." + String(repeating: "0", count: 3 - fraction.count) + fraction + "+0000"
    }
}
