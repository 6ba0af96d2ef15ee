import ByteText

/// What happens between a prompt and Enter, without the terminal: keys go in, screens and results come out.
struct LineEditor {
    enum Step: Equatable {
        /// Draw the line again.
        case draw
        /// Show what may stand at the cursor.
        case complete
        /// The line is finished.
        case done(String)
        /// The line is given up.
        case cancel
        /// There won't be another line.
        case end
        case clearScreen
        case nothing
    }

    private(set) var buffer = LineBuffer()
    private let history: [String]
    private var place: Int
    /// What was typed before the history was looked through.
    private var draft = ""
    /// What Ctrl-R looks for.
    private(set) var search: String?

    init(history: [String] = []) {
        self.history = history
        place = history.count
    }

    /// Takes a key.
    mutating func take(_ key: Key) -> Step {
        if search != nil, let step = takeSearch(key) { return step }
        switch key {
        case .enter: return .done(buffer.text)
        case .control("c"): return .cancel
        case .control("d") where buffer.characters.isEmpty: return .end
        case .control("l"): return .clearScreen
        case .control("r"):
            search = ""
            return .draw
        case .tab: return .complete
        case .up, .control("p"): return move(to: place - 1)
        case .down, .control("n"): return move(to: place + 1)
        default: return buffer.edit(key) ? .draw : .nothing
        }
    }

    /// Puts `text` in place of the last `count` characters before the cursor.
    mutating func replace(last count: Int, with text: String) {
        for _ in 0..<count { _ = buffer.edit(.backspace) }
        buffer.insert(text)
    }

    private mutating func move(to index: Int) -> Step {
        guard index >= 0, index <= history.count, index != place else { return .nothing }
        if place == history.count { draft = buffer.text }
        place = index
        buffer.set(index < history.count ? history[index] : draft)
        return .draw
    }

    /// Keys while Ctrl-R looks for a line; nil where the key ends the search and counts as usual.
    private mutating func takeSearch(_ key: Key) -> Step? {
        var wanted = search ?? ""
        var start = history.count
        switch key {
        case .text(let character): wanted.append(character)
        case .backspace: wanted = String(wanted.dropLast())
        case .control("r"): start = place
        default:
            search = nil
            return nil
        }
        search = wanted
        let found =
            wanted.isEmpty
            ? nil : history[..<min(start, history.count)].lastIndex { $0.contains(bytesOf: wanted) }
        if let found {
            place = found
            buffer.set(history[found])
        }
        return .draw
    }
}
