import Glibc

extension CalendarTime: CustomStringConvertible {
    /// The time as libvirt's logs have it: `2026-01-31 13:59:00.123+0000`.
    public var description: String {
        var seconds = time_t(clamping: self.seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(1900 + parts.tm_year)-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date) \(time).\(padded(nanoseconds / 1_000_000 % 1000, 3))+0000"
    }
}
