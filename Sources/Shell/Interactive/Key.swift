/// A key of the keyboard, as a line editor knows it.
enum Key: Equatable {
    case text(Character)
    /// Ctrl and a letter.
    case control(Character)
    /// Alt and a letter.
    case meta(Character)
    case left, right, up, down, home, end, delete, backspace, enter, tab
    case unknown
}

/// Makes keys of the bytes that a terminal sends.
struct KeyDecoder {
    private let read: () -> UInt8?

    /// A decoder that takes its bytes from `read`, which waits, and answers nil at the end.
    init(read: @escaping () -> UInt8?) {
        self.read = read
    }

    /// The next key; nil at the end.
    func next() -> Key? {
        guard let byte = read() else { return nil }
        switch byte {
        case 13, 10: return .enter
        case 9: return .tab
        case 8, 127: return .backspace
        case 27: return escape()
        case 0..<32: return .control(Character(UnicodeScalar(byte + 96)))
        case 32..<128: return .text(Character(UnicodeScalar(byte)))
        default: return character(beginningWith: byte)
        }
    }

    private func character(beginningWith first: UInt8) -> Key? {
        let count = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0
        var bytes = [first]
        for _ in 0..<count {
            guard let byte = read() else { return nil }
            bytes.append(byte)
        }
        guard let text = String(validating: bytes, as: UTF8.self), let character = text.first else {
            return .unknown
        }
        return .text(character)
    }

    private func escape() -> Key? {
        guard let second = read() else { return nil }
        guard second == UInt8(ascii: "[") || second == UInt8(ascii: "O") else {
            return .meta(Character(UnicodeScalar(second)))
        }
        var digits = ""
        while let byte = read() {
            if byte < 0x40 {
                digits.append(Character(UnicodeScalar(byte)))
                continue
            }
            return Self.key(final: byte, digits)
        }
        return nil
    }

    private static func key(final: UInt8, _ digits: String) -> Key {
        switch (Character(UnicodeScalar(final)), digits) {
        case ("A", _): .up
        case ("B", _): .down
        case ("C", ""): .right
        case ("D", ""): .left
        case ("C", _): .meta("f")
        case ("D", _): .meta("b")
        case ("H", _), ("~", "1"), ("~", "7"): .home
        case ("F", _), ("~", "4"), ("~", "8"): .end
        case ("~", "3"): .delete
        default: .unknown
        }
    }
}
