/// The 128 bits that identify an object.
public struct UUID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, the first of them highest.
    public var high: UInt64
    /// The last eight bytes.
    public var low: UInt64

    /// All bits zero: no identity.
    public static var zero: UUID { UUID(high: 0, low: 0) }

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new random identity (version 4).
    public static func random() -> UUID {
        UUID(
            high: UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000,
            low: UInt64.random(in: 0...UInt64.max) & ~(3 << 62) | (2 << 62))
    }

    /// The identity with these sixteen bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self = .zero
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
    }

    /// Reads 32 hexadecimal digits; hyphens and spaces between them don't matter.
    public init?(_ text: some StringProtocol) {
        self = .zero
        var count = 0
        for unit in text.utf8 {
            if unit == UInt8(ascii: "-") || unit == UInt8(ascii: " ") { continue }
            guard count < 32, let digit = Character(UnicodeScalar(unit)).hexDigitValue else { return nil }
            if count < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            count += 1
        }
        guard count == 32 else { return nil }
    }

    /// The sixteen bytes.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
        }
    }

    /// Lower-case digits in groups of 8, 4, 4, 4 and 12.
    public var description: String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    buffer[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = index < 16 ? high : low
                let nibble = Int(half >> (60 - 4 * UInt64(index % 16)) & 15)
                buffer[place] = digits.utf8Start[nibble]
                place += 1
            }
            return 36
        }
    }
}
