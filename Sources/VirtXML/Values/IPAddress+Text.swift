extension IPAddress: CustomStringConvertible {
    /// The usual form: the longest run of zero groups is left out, and what ends in an address of version 4 says so.
    public var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let zeros = Self.longestRun(of: groups)
        let isVersion4 = zeros == 0..<6 || zeros == 0..<5 && groups[5] == 0xFFFF
        let tail = isVersion4 ? [bytes[12...].map(String.init).joined(separator: ".")] : []
        let words = groups.prefix(isVersion4 ? 6 : 8).map { String($0, radix: 16) } + tail
        guard let zeros else { return words.joined(separator: ":") }
        return words[..<zeros.lowerBound].joined(separator: ":") + "::"
            + words[zeros.upperBound...].joined(separator: ":")
    }

    /// Where most zeros stand in a row, of two at least; the first of equal ones.
    private static func longestRun(of groups: [UInt16]) -> Range<Int>? {
        var best = 0..<1
        var start: Int?
        for (index, group) in (groups + [1]).enumerated() {
            if group == 0 {
                start = start ?? index
            } else if let first = start {
                if index - first > best.count { best = first..<index }
                start = nil
            }
        }
        return best.count > 1 ? best : nil
    }
}
