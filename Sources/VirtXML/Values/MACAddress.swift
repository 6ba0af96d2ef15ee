import ByteText
import XMLBinding

/// The hardware address of a network card.
public struct MACAddress: Hashable, Sendable {
    /// The six bytes as one number, the first byte highest.
    public var value: UInt64

    public init(_ bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)) {
        value = [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The bytes in their order.
    public var bytes: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: value >> UInt64(40 - 8 * $0)) } }

    /// Whether the address names a group of cards, which no single card may have.
    public var isMulticast: Bool { value >> 40 & 1 == 1 }
}

extension MACAddress: XMLValue {
    public init?(xml text: String) {
        let parts = text.split(atByte: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        value = 0
        for part in parts {
            guard (1...2).contains(part.count), let byte = UInt8(part, radix: 16) else { return nil }
            value = value << 8 | UInt64(byte)
        }
    }

    public var xml: String {
        String(unsafeUninitializedCapacity: 17) { text in
            for place in 0..<17 {
                let shift = UInt64(44 - 4 * (place - place / 3))
                let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
                let first = digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10
                text[place] = place % 3 == 2 ? UInt8(ascii: ":") : first + digit
            }
            return 17
        }
    }
}

extension MACAddress: CustomStringConvertible {
    public var description: String { xml }
}
