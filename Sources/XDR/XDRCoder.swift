/// Why bytes are not the message that they should be, or a value cannot be written.
public enum XDRError: Error, Hashable, Sendable {
    /// The message ends before its values do.
    case truncated
    /// Bytes are left after the last value.
    case trailingBytes(Int)
    /// A string, a list or opaque data is longer than the protocol allows.
    case tooLong(length: Int, limit: Int)
    /// A number doesn't fit in the field's type.
    case outOfRange(Int64)
    /// A string is not UTF-8, or holds a zero byte.
    case malformedString
    /// A union's discriminant, or an optional's, has no meaning.
    case unknownCase(Int32)
}

/// A value with one description of its layout, for both directions.
///
/// `code` names the fields in order; the coder reads them or writes them.
public protocol XDRValue: Sendable {
    init()
    mutating func code(_ x: inout XDRCoder) throws(XDRError)
}

/// Reads or writes XDR (RFC 4506): big-endian, every item padded to four bytes.
///
/// A coder made from bytes reads; one made empty writes. Lengths are checked against the protocol's limit and
/// against the bytes that are there before anything is allocated.
public struct XDRCoder: Sendable {
    /// All bytes: those being read, or those written so far.
    public private(set) var bytes: [UInt8]
    /// The place of the next item, when reading.
    public private(set) var position: Int
    /// Whether values are taken from the bytes.
    public let isReading: Bool

    /// A coder that reads `bytes` from `position` on.
    public init(reading bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
        isReading = true
    }

    /// A coder that writes, with room for `capacity` bytes.
    public init(capacity: Int = 64) {
        bytes = []
        bytes.reserveCapacity(capacity)
        position = 0
        isReading = false
    }

    /// How many bytes are left to read.
    public var remaining: Int { bytes.count - position }

    /// Throws unless everything was read.
    public func finish() throws(XDRError) {
        if isReading && remaining != 0 { throw .trailingBytes(remaining) }
    }

    /// Replaces four bytes that were written before: a length that is known only now.
    public mutating func patch(_ value: UInt32, at offset: Int) {
        guard offset >= 0, offset + 4 <= bytes.count else { return }
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(index)))
        }
    }

    // MARK: Words

    /// A 32-bit number.
    public mutating func uint32(_ value: inout UInt32) throws(XDRError) {
        if isReading {
            guard remaining >= 4 else { throw .truncated }
            value = bytes.withUnsafeBytes {
                UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            }
            position += 4
        } else {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }

    /// A 64-bit number ("unsigned hyper").
    public mutating func uint64(_ value: inout UInt64) throws(XDRError) {
        if isReading {
            guard remaining >= 8 else { throw .truncated }
            value = bytes.withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            }
            position += 8
        } else {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }

    // MARK: Bytes

    /// As many bytes as `value` holds when writing, `count` of them when reading, and their padding.
    mutating func raw(_ value: inout [UInt8], count: Int) throws(XDRError) {
        if isReading {
            guard count <= remaining, padding(of: count) <= remaining - count else { throw .truncated }
            value = Array(bytes[position..<position + count])
            position += count + padding(of: count)
        } else {
            bytes.append(contentsOf: value)
            for _ in 0..<padding(of: value.count) { bytes.append(0) }
        }
    }

    /// A length word, at most `max`. When reading, what it promises must be there: an item takes at least
    /// `itemSize` bytes.
    mutating func length(_ count: Int, max: Int, itemSize: Int) throws(XDRError) -> Int {
        var word = UInt32(clamping: count)
        if !isReading && count > max { throw .tooLong(length: count, limit: max) }
        try uint32(&word)
        let length = Int(word)
        if length > max { throw .tooLong(length: length, limit: max) }
        if isReading && length > remaining / itemSize { throw .truncated }
        return length
    }

    private func padding(of count: Int) -> Int { (4 - count % 4) % 4 }

    /// Takes UTF-8 text of `count` bytes.
    mutating func text(count: Int) throws(XDRError) -> String {
        guard count <= remaining, padding(of: count) <= remaining - count else { throw .truncated }
        let slice = bytes[position..<position + count]
        guard !slice.contains(0), let text = String(validating: slice, as: UTF8.self) else {
            throw .malformedString
        }
        position += count + padding(of: count)
        return text
    }

    /// Puts text, without a length.
    mutating func put(_ text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        for _ in 0..<padding(of: bytes.count - start) { bytes.append(0) }
    }
}
