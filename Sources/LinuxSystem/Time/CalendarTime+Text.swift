import Glibc

extension CalendarTime: CustomStringConvertible {
    /// The time as libvirt's logs have it: `2026-01-31 13:59:00.123+0000`.
    public var description: String {
        var seconds = time_t(clamping: self.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return "\(Self.text(parts)).\(Self.padded(nanoseconds / 1_000_000 % 1000, 3))+0000"
    }

    /// A moment in this host's own time, in seconds since 1970, as tables have it: `2026-01-31 13:59:00`.
    public static func localText(seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return text(parts)
    }

    /// The same with the distance from Greenwich behind it: `2026-01-31 13:59:00 +0100`.
    public static func zonedText(seconds: Int64) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let minutes = abs(parts.tm_gmtoff) / 60
        let sign = parts.tm_gmtoff < 0 ? "-" : "+"
        return "\(text(parts)) \(sign)\(padded(minutes / 60, 2))\(padded(minutes % 60, 2))"
    }

    private static func text(_ parts: tm) -> String {
        let date = "\(1900 + Int(parts.tm_year))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        return "\(date) \(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
    }

    private static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
