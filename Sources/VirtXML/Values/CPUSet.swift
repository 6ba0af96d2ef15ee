import ByteText
import XMLBinding

/// A set of small numbers (CPUs, NUMA nodes), written like `0-3,8`.
public struct CPUSet: Hashable, Sendable {
    /// The largest number that a set may hold.
    public static let limit = 16_383

    /// The longest text of a set, in bytes: every number by itself, with blanks around it.
    private static let longest = 1 << 17

    private var words: [UInt64] = []

    public init() {}

    public init(_ members: some Sequence<Int>) {
        for member in members { insert(member) }
    }

    /// Adds a number; those outside of 0...`limit` are ignored.
    public mutating func insert(_ member: Int) {
        guard (0...Self.limit).contains(member) else { return }
        while words.count <= member / 64 { words.append(0) }
        words[member / 64] |= 1 << UInt64(member % 64)
    }

    /// Adds all numbers of a range within 0...`limit`.
    private mutating func insert(_ range: ClosedRange<Int>) {
        while words.count <= range.upperBound / 64 { words.append(0) }
        for place in range.lowerBound / 64...range.upperBound / 64 {
            var word = UInt64.max
            if place == range.lowerBound / 64 { word &= .max << UInt64(range.lowerBound % 64) }
            if place == range.upperBound / 64 { word &= .max >> UInt64(63 - range.upperBound % 64) }
            words[place] |= word
        }
    }

    public mutating func remove(_ member: Int) {
        guard contains(member) else { return }
        words[member / 64] &= ~(1 << UInt64(member % 64))
        while words.last == 0 { words.removeLast() }
    }

    public func contains(_ member: Int) -> Bool {
        member >= 0 && member / 64 < words.count && words[member / 64] & (1 << UInt64(member % 64)) != 0
    }

    public var isEmpty: Bool { words.isEmpty }
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The numbers in ascending order.
    public var members: [Int] {
        var found: [Int] = []
        for (place, var word) in words.enumerated() {
            while word != 0 {
                found.append(place * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return found
    }

    public func isDisjoint(with other: CPUSet) -> Bool { zip(words, other.words).allSatisfy { $0 & $1 == 0 } }

    public func isSuperset(of other: CPUSet) -> Bool {
        other.words.count <= words.count && zip(words, other.words).allSatisfy { $1 & ~$0 == 0 }
    }

    public mutating func formUnion(_ other: CPUSet) {
        while words.count < other.words.count { words.append(0) }
        for place in other.words.indices { words[place] |= other.words[place] }
    }
}

extension CPUSet: XMLValue {
    /// Reads numbers, ranges and, with `^` in front, numbers to leave out, in their order. Nothing left is no set.
    public init?(xml text: String) {
        self.init(members: text)
        if isEmpty { return nil }
    }

    /// A set that leaves nothing is another fault than a text that is none.
    public static func complaint(about text: String, in name: String) -> XMLError? {
        CPUSet(members: text) == nil
            ? XMLError(.invalidArgument, "Failed to parse bitmap '\(text)'", value: text)
            : XMLError(.unsupported, "Invalid value of '\(name)': \(text)", attribute: name, value: text)
    }

    /// The same, where nothing may be left; nil if the text can't be read.
    init?(members text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        for part in text.split(atByte: ",", omittingEmptySubsequences: false) {
            let word = part.removingBlanks()
            if let excluded = word.droppingBytePrefix("^") {
                guard let member = Self.number(excluded) else { return nil }
                remove(member)
            } else {
                let ends = word.split(atByte: "-", omittingEmptySubsequences: false)
                guard ends.count <= 2, let first = ends.first.flatMap(Self.number),
                    let last = ends.last.flatMap(Self.number), first <= last
                else { return nil }
                insert(first...last)
            }
        }
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        Int(text).flatMap { (0...limit).contains($0) ? $0 : nil }
    }

    public var xml: String {
        var parts: [String] = []
        var start: Int?
        for member in 0...(words.count * 64) {
            if contains(member) {
                start = start ?? member
            } else if let first = start {
                parts.append(first == member - 1 ? "\(first)" : "\(first)-\(member - 1)")
                start = nil
            }
        }
        return parts.joined(separator: ",")
    }
}
