/// A line that is being typed, and the place in it where typing goes on.
struct LineBuffer: Equatable {
    private(set) var characters: [Character] = []
    /// Between 0 and the number of characters.
    private(set) var cursor = 0
    /// What Ctrl-Y puts back.
    private var killed: [Character] = []

    init(_ text: String = "") {
        set(text)
    }

    var text: String { String(characters) }
    var beforeCursor: String { String(characters[..<cursor]) }
    var afterCursor: String { String(characters[cursor...]) }

    mutating func set(_ text: String) {
        characters = Array(text)
        cursor = characters.count
    }

    mutating func insert(_ text: String) {
        let new = Array(text)
        characters.insert(contentsOf: new, at: cursor)
        cursor += new.count
    }

    /// Does what an editing key does; answers whether it is one.
    mutating func edit(_ key: Key) -> Bool {
        switch key {
        case .text(let character): insert(String(character))
        case .left, .control("b"): cursor = max(0, cursor - 1)
        case .right, .control("f"): cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .meta("b"): cursor = wordStart
        case .meta("f"): cursor = wordEnd
        case .backspace: if cursor > 0 { remove(cursor - 1..<cursor) }
        case .delete, .control("d"): if cursor < characters.count { remove(cursor..<cursor + 1) }
        case .control("k"): kill(cursor..<characters.count)
        case .control("u"): kill(0..<cursor)
        case .control("w"), .meta("\u{7F}"): kill(wordStart..<cursor)
        case .meta("d"): kill(cursor..<wordEnd)
        case .control("y"): insert(String(killed))
        case .control("t"): transpose()
        default: return false
        }
        return true
    }

    private mutating func remove(_ range: Range<Int>) {
        characters.removeSubrange(range)
        cursor = range.lowerBound
    }

    private mutating func kill(_ range: Range<Int>) {
        killed = Array(characters[range])
        remove(range)
    }

    private mutating func transpose() {
        guard cursor > 0, characters.count > 1 else { return }
        let right = min(cursor, characters.count - 1)
        characters.swapAt(right - 1, right)
        cursor = right + 1
    }

    private var wordStart: Int {
        var place = cursor
        while place > 0, characters[place - 1] == " " { place -= 1 }
        while place > 0, characters[place - 1] != " " { place -= 1 }
        return place
    }

    private var wordEnd: Int {
        var place = cursor
        while place < characters.count, characters[place] == " " { place += 1 }
        while place < characters.count, characters[place] != " " { place += 1 }
        return place
    }
}
