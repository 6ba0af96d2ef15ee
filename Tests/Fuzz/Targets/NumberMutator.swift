/// Changes documents where their numbers are: to those around which computers make mistakes.
struct NumberMutator {
    private var state: UInt64

    init(seed: UInt32) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// Most changes are of numbers, some of anything.
    var isWanted: Bool { state >> 40 & 7 != 0 }

    /// A text with a few of its numbers changed.
    mutating func changed(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...random(3) {
            let places = Self.numbers(in: text)
            guard !places.isEmpty else { return text }
            let place = places[random(places.count)]
            text.replaceSubrange(place, with: number(besides: text[place]).utf8)
        }
        return text
    }

    private mutating func number(besides old: ArraySlice<UInt8>) -> String {
        let old = Int(String(decoding: old, as: UTF8.self)) ?? 0
        switch random(12) {
        case 0: return "\(old &+ 1)"
        case 1: return "\(old &- 1)"
        case 2: return "\(old &* 2)"
        case 3: return "-\(old)"
        case 4: return "0x" + String(old.magnitude, radix: 16)
        case 5: return "0-" + Self.great[random(Self.great.count)]
        default: return Self.great[random(Self.great.count)]
        }
    }

    /// Where runs of digits are that aren't part of a word.
    private static func numbers(in text: [UInt8]) -> [Range<Int>] {
        var (found, start) = ([Range<Int>](), Int?.none)
        for (index, byte) in text.enumerated() {
            let isDigit = (0x30...0x39).contains(byte)
            if isDigit, start == nil { start = index }
            if !isDigit, let first = start {
                found.append(first..<index)
                start = nil
            }
        }
        return found
    }

    private static let great: [String] =
        [0, 1, 2, 3, 5, 7, 8, 10, 13, 14, 15, 16, 24, 31, 32, 53, 63, 64].flatMap { bits in
            [-1, 0, 1].map {
                "\((UInt64(1) << UInt64(bits < 64 ? bits : 63)) &+ UInt64(bitPattern: Int64($0)))"
            }
        } + [
            "18446744073709551615", "18446744073709551616", "-1", "-9223372036854775808",
            "99999999999999999999", "100",
        ]

    private mutating func random(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, count)))
    }
}
