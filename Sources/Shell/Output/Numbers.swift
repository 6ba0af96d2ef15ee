import Glibc

extension Double {
    /// With so many digits behind the point, as C's `%.1f` writes it.
    func text(digits: Int) -> String {
        if isNaN { return sign == .minus ? "-nan" : "nan" }
        if isInfinite { return self < 0 ? "-inf" : "inf" }
        var buffer = [CChar](repeating: 0, count: 352 + digits)
        let size = buffer.count
        let length = withVaList([self]) { vsnprintf(&buffer, size, "%.\(digits)f", $0) }
        return String(
            decoding: buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Sizes as people read them.
enum ByteSize {
    /// The size with the greatest unit that keeps it at 1 or above: `1.000 TiB`.
    static func text(_ bytes: UInt64, digits: Int) -> String {
        let (value, unit) = pretty(bytes)
        return "\(value.text(digits: digits)) \(unit)"
    }

    static func pretty(_ bytes: UInt64) -> (value: Double, unit: String) {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] {
            if value < 1024 { return (value, unit) }
            value /= 1024
        }
        return (value, "EiB")
    }

    /// How many bytes `10KiB`, `5M` or `1gb` are; a bare number is in units of `unit`. Nil where it's no size or
    /// exceeds `maximum`.
    static func parse(_ text: String, unit: UInt64, maximum: UInt64) throws(Failure) -> UInt64? {
        let trimmed = text.drop { $0 == " " || $0 == "\t" }
        let digits = trimmed.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits) else { return nil }
        let suffix = trimmed[digits.endIndex...].drop { $0 == " " }
        let factor = suffix.isEmpty ? unit : try self.factor(String(suffix))
        let (bytes, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows || bytes > maximum ? nil : bytes
    }

    private static func factor(_ suffix: String) throws(Failure) -> UInt64 {
        let lower = suffix.lowercased()
        if lower == "b" || lower == "byte" || lower == "bytes" { return 1 }
        guard let letter = lower.first, let power = "kmgtpe".firstIndex(of: letter) else {
            throw Failure("invalid argument: unknown suffix '\(suffix)'")
        }
        let exponent = "kmgtpe".distance(from: "kmgtpe".startIndex, to: power) + 1
        let base: UInt64
        switch lower.dropFirst() {
        case "", "ib": base = 1024
        case "b": base = 1000
        default: throw Failure("invalid argument: unknown suffix '\(suffix)'")
        }
        return (0..<exponent).reduce(1) { total, _ in total &* base }
    }
}
