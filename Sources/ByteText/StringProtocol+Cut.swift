extension StringProtocol {
    /// The parts between the places where an ASCII letter is.
    @inlinable public func split(
        atByte letter: ASCII, maxSplits: Int = .max, omittingEmptySubsequences: Bool = true
    ) -> [SubSequence] {
        utf8.split(
            separator: letter.byte, maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences
        ).map { self[$0.startIndex..<$0.endIndex] }
    }

    /// What stands before the first place of an ASCII letter, and what behind; nil where it is nowhere.
    @inlinable public func cut(atByte letter: ASCII) -> (before: SubSequence, after: SubSequence)? {
        firstIndex(ofByte: letter).map { (self[..<$0], self[utf8.index(after: $0)...]) }
    }

    /// The same, at the last place.
    @inlinable public func cut(atLastByte letter: ASCII) -> (before: SubSequence, after: SubSequence)? {
        lastIndex(ofByte: letter).map { (self[..<$0], self[utf8.index(after: $0)...]) }
    }

    /// The words between blanks, tabs and ends of lines of ASCII.
    @inlinable public func splitAtBlanks() -> [SubSequence] {
        utf8.split(whereSeparator: \.isBlank).map { self[$0.startIndex..<$0.endIndex] }
    }

    /// What follows these bytes at the start; nil where the text starts otherwise.
    @inlinable public func droppingBytePrefix(_ start: some StringProtocol) -> SubSequence? {
        hasBytePrefix(start) ? self[utf8.index(startIndex, offsetBy: start.utf8.count)...] : nil
    }

    /// What stands before these bytes at the end; nil where the text ends otherwise.
    @inlinable public func droppingByteSuffix(_ end: some StringProtocol) -> SubSequence? {
        hasByteSuffix(end) ? self[..<utf8.index(startIndex, offsetBy: utf8.count - end.utf8.count)] : nil
    }

    /// The text without blanks, tabs and ends of lines of ASCII around it.
    @inlinable public func trimmingBlanks() -> SubSequence {
        let start = trimmingLeadingBlanks()
        guard let last = start.lastIndex(where: { !$0.isBlank }) else { return start }
        return self[start.startIndex..<start.utf8.index(after: last)]
    }

    /// The text without blanks, tabs and ends of lines of ASCII in front of it.
    @inlinable public func trimmingLeadingBlanks() -> SubSequence {
        self[(utf8.firstIndex { !$0.isBlank } ?? endIndex)...]
    }

    /// The text without any blank, tab or end of line of ASCII.
    @inlinable public func removingBlanks() -> String {
        String(decoding: utf8.lazy.filter { !$0.isBlank }, as: UTF8.self)
    }

    /// The text with another in each place of an ASCII letter.
    @inlinable public func replacing(byte letter: ASCII, with other: String) -> String {
        guard contains(byte: letter) else { return String(self) }
        return split(atByte: letter, omittingEmptySubsequences: false).joined(separator: other)
    }

    /// The text with another wherever it has these bytes.
    @inlinable public func replacing(bytesOf mark: some StringProtocol, with other: String) -> String {
        var text = ""
        var rest = self[...]
        while let found = rest.firstRange(ofBytesOf: mark) {
            text += rest[..<found.lowerBound] + other
            rest = rest[found.upperBound...]
        }
        return text + rest
    }

    /// The start of the text that needs no more than `limit` bytes; no letter is cut in two.
    @inlinable public func prefix(bytes limit: Int) -> SubSequence {
        var (end, bytes) = (startIndex, 0)
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > limit { break }
            end = unicodeScalars.index(after: end)
        }
        return self[startIndex..<end]
    }
}

extension Sequence<UInt8> {
    /// The number that these bytes write down, the highest first.
    @inlinable public func bigEndian<Number: FixedWidthInteger>() -> Number {
        reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}

extension UInt8 {
    /// Whether the byte is a blank, a tab, or ends a line, in ASCII.
    @inlinable public var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// Whether the byte is a digit of ASCII.
    @inlinable public var isDigit: Bool { (0x30...0x39).contains(self) }

    /// Whether the byte is a letter or digit of ASCII.
    @inlinable public var isAlphanumeric: Bool {
        isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
