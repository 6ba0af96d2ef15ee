/// Names that are made up around the letters that mean something to programs, file systems and readers of lines.
struct HostileNames: Sequence, IteratorProtocol {
    /// A letter of every general category and of every way to break text into Characters, and those that Unicode holds
    /// for spellings of ASCII's own.
    static let letters: [Unicode.Scalar] =
        (Set(
            Dictionary(grouping: all) { Kind($0) }.values.flatMap { [$0.first, $0.last].compactMap { $0 } }
        )
        .union(["\u{37E}", "\u{1FEF}", "\u{212A}", "\u{338}", "\u{200D}", "\u{FEFF}", "\u{FF0C}", "\u{2044}"]))
        .sorted()

    /// All but the great blocks of letters that are all alike.
    private static let all = [
        0x80...0x33FF, 0xA000...0xABFF, 0xD7B0...0x11FFF, 0x1D000...0x1FBFF, 0xE0000...0xE01EF,
    ]
    .flatMap { (range: ClosedRange<UInt32>) in range.compactMap { Unicode.Scalar($0) } }

    /// What tells one kind of letter from another.
    private struct Kind: Hashable {
        let category: Unicode.GeneralCategory
        let combining: UInt8
        let isEmoji: Bool
        let joinsBefore: Bool
        let joinsAfter: Bool

        init(_ scalar: Unicode.Scalar) {
            category = scalar.properties.generalCategory
            combining = scalar.properties.canonicalCombiningClass.rawValue
            isEmoji = scalar.properties.isEmoji
            var text = String.UnicodeScalarView(["a", scalar])
            joinsBefore = String(text).count == 1
            text = String.UnicodeScalarView([scalar, "a"])
            joinsAfter = String(text).count == 1
        }
    }

    static let marks: [Unicode.Scalar] = [
        ",", "/", "\\", "=", ":", "%", "\n", "\0", "\r", "-", ".", "'", "\"", "{", "<", "&", "]", "#", " ",
        "a",
    ]

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> String? {
        let pieces = 1 + random(5)
        var name = String.UnicodeScalarView()
        for _ in 0..<pieces {
            if random(2) == 0 { name.append(Self.letters[random(Self.letters.count)]) }
            name.append(Self.marks[random(Self.marks.count)])
            if random(2) == 0 { name.append(Self.letters[random(Self.letters.count)]) }
        }
        return String(name)
    }

    private mutating func random(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(Swift.max(1, count)))
    }
}
