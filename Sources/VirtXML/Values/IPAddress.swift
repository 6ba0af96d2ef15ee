import ByteText
import XMLBinding

/// An IP address as its bytes: four, or sixteen. Addresses of one family are ordered as numbers.
public struct IPAddress: Hashable, Sendable {
    /// The bytes, the highest first.
    public let bytes: [UInt8]

    /// Reads `192.168.0.1` or `fd00::1`; nil if the text is neither.
    public init?(_ text: String) {
        guard let bytes = text.utf8.contains(UInt8(ascii: ":")) ? Self.version6(text) : Self.version4(text)
        else { return nil }
        self.bytes = bytes
    }

    /// The address that is these bytes; nil unless they are four, or sixteen.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    private init(whole bytes: [UInt8]) { self.bytes = bytes }

    public var family: AddressFamily { bytes.count == 4 ? .ipv4 : .ipv6 }

    /// The address with all bits cleared but the first `prefix`.
    public func network(prefix: UInt32) -> IPAddress {
        IPAddress(
            whole: bytes.enumerated().map { index, byte in
                let kept = min(max(Int(clamping: prefix) - 8 * index, 0), 8)
                return byte & (kept == 0 ? 0 : UInt8.max << UInt8(8 - kept))
            })
    }

    /// How many bits name the network where nothing is said: by the old classes, or 64.
    public var usualPrefix: UInt32? {
        guard family == .ipv4, let first = bytes.first else { return 64 }
        return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : nil
    }

    /// The address with all bits set but the first `prefix`.
    public func broadcast(prefix: UInt32) -> IPAddress {
        let mask = IPAddress(whole: bytes.map { _ in .max }).network(prefix: prefix)
        return IPAddress(whole: zip(bytes, mask.bytes).map { $0 | ~$1 })
    }

    /// Whether another address, of the same family, is more than some addresses higher.
    func isFarther(than count: UInt32, from other: IPAddress) -> Bool {
        let head = bytes.count - 4
        guard bytes[..<head] == other.bytes[..<head] else { return true }
        func number(_ address: IPAddress) -> Int { address.bytes[head...].reduce(0) { $0 << 8 | Int($1) } }
        return number(other) - number(self) > Int(count)
    }

    /// How many bits are set at the front, if this is a mask; nil if others are set too.
    public var maskLength: UInt32? {
        let count = UInt32(bytes.reduce(0) { $0 + $1.nonzeroBitCount })
        let mask = IPAddress(whole: bytes.map { _ in .max }).network(prefix: count)
        return mask == self ? count : nil
    }

    /// Up to four numbers in any of C's notations, as C reads addresses: the last fills what is left.
    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.split(atByte: ".", omittingEmptySubsequences: false).map { part in
            part.utf8.first.map { (48...57).contains($0) } == true ? UInt32(anyBase: String(part)) : nil
        }
        guard (1...4).contains(parts.count), let last = parts.last ?? nil else { return nil }
        let first = parts.dropLast().compactMap { $0.flatMap(UInt8.init(exactly:)) }
        let left = 4 - first.count
        guard first.count == parts.count - 1, left == 4 || last >> UInt32(8 * left) == 0 else { return nil }
        return first + (0..<left).reversed().map { UInt8(truncatingIfNeeded: last >> UInt32(8 * $0)) }
    }

    /// Groups of two bytes; `::` stands for as many zero groups as are missing.
    private static func version6(_ text: String) -> [UInt8]? {
        let halves = halves(text)
        guard halves.count <= 2 else { return nil }
        let parsed = halves.map(groups)
        guard let first = parsed.first ?? nil, let last = parsed.last ?? nil else { return nil }
        if halves.count == 1 { return first.count == 16 ? first : nil }
        let missing = 16 - first.count - last.count
        return missing >= 2 ? first + [UInt8](repeating: 0, count: missing) + last : nil
    }

    private static func halves(_ text: String) -> [Substring] {
        var found: [Substring] = []
        var rest = text[...]
        while let pair = rest.indexOfColons {
            found.append(rest[..<pair])
            rest = rest[rest.utf8.index(pair, offsetBy: 2)...]
        }
        return found + [rest]
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        for part in text.split(atByte: ":", omittingEmptySubsequences: false) {
            if part.utf8.contains(UInt8(ascii: ".")) {
                guard let tail = version4(String(part)) else { return nil }
                bytes += tail
            } else {
                guard (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16) else {
                    return nil
                }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return bytes
    }
}

extension IPAddress: Comparable {
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension Substring {
    /// Where two colons first stand in a row.
    fileprivate var indexOfColons: Index? {
        zip(utf8.indices, zip(utf8, utf8.dropFirst())).first { $1 == (0x3A, 0x3A) }?.0
    }
}
