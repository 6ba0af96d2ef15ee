// Swift compares text as people read it: "," with a combining accent behind it is one Character and isn't ",", CR LF
// is one Character too, and 'é' equals its other spelling. Programs and file systems read bytes. So does what is here.

extension StringProtocol {
    /// Whether this ASCII letter is among the text's bytes.
    @inlinable public func contains(byte letter: ASCII) -> Bool { utf8.contains(letter.byte) }

    /// Whether any of these ASCII letters is among the text's bytes.
    @inlinable public func contains(anyByteOf letters: String) -> Bool {
        utf8.contains { letters.utf8.contains($0) }
    }

    /// Whether all of the text's bytes are among these ASCII letters.
    @inlinable public func consists(ofBytesIn letters: String) -> Bool {
        utf8.allSatisfy { letters.utf8.contains($0) }
    }

    /// Whether all of the text's bytes are letters or digits of ASCII, or among these.
    @inlinable public func consistsOfAlphanumerics(or others: String) -> Bool {
        utf8.allSatisfy { $0.isAlphanumeric || others.utf8.contains($0) }
    }

    /// Where this ASCII letter is first.
    @inlinable public func firstIndex(ofByte letter: ASCII) -> Index? { utf8.firstIndex(of: letter.byte) }

    /// Where this ASCII letter is last.
    @inlinable public func lastIndex(ofByte letter: ASCII) -> Index? { lastIndex { $0 == letter.byte } }

    @inlinable func lastIndex(where isMeant: (UInt8) -> Bool) -> Index? {
        var last: Index?
        for index in utf8.indices where isMeant(utf8[index]) { last = index }
        return last
    }

    /// Whether the text's first bytes are those of `start`.
    @inlinable public func hasBytePrefix(_ start: some StringProtocol) -> Bool {
        utf8.starts(with: start.utf8)
    }

    /// Whether the text's last bytes are those of `end`.
    @inlinable public func hasByteSuffix(_ end: some StringProtocol) -> Bool {
        utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
    }

    /// Whether the other text is the same, byte for byte.
    @inlinable public func hasSameBytes(as other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    /// Whether the text has the same bytes once.
    @inlinable public func contains(bytesOf other: some StringProtocol) -> Bool {
        other.isEmpty || firstRange(ofBytesOf: other) != nil
    }

    /// Where the text first has the same bytes; nil for none.
    @inlinable func firstRange(ofBytesOf other: some StringProtocol) -> Range<Index>? {
        guard let first = other.utf8.first else { return nil }
        var rest = utf8[...]
        while let index = rest.firstIndex(of: first) {
            rest = rest[index...]
            if rest.starts(with: other.utf8) {
                return index..<utf8.index(index, offsetBy: other.utf8.count)
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
