import ByteText
import LinuxSystem

/// Lines typed at a terminal, with editing, history and completion.
final class TerminalLines: LineSource {
    private let input: StandardInput
    private var history = History.ofUser()

    init(input: StandardInput) {
        self.input = input
    }

    func finish() { history.save() }

    func next(prompt: String, session: Session) async -> String? {
        session.output.flush()
        guard let before = try? Terminal.input.enterRawMode() else { return nil }
        defer { try? Terminal.input.apply(before) }
        let screen = LineScreen(prompt: prompt, output: session.output)
        let line = await edit(screen, session)
        screen.end()
        if let line { history.add(line) }
        return line
    }

    private func edit(_ screen: LineScreen, _ session: Session) async -> String? {
        var editor = LineEditor(history: history.lines)
        let keys = KeyDecoder { [input] in input.byte() }
        screen.draw(editor)
        while let key = keys.next() {
            switch editor.take(key) {
            case .draw: screen.draw(editor)
            case .complete: await complete(&editor, screen, session)
            case .clearScreen: screen.clear(editor)
            case .done(let line): return line
            case .cancel: return ""
            case .end: return nil
            case .nothing: break
            }
        }
        return nil
    }

    /// Finishes the word at the cursor as far as it is certain; shows the choices where it isn't.
    private func complete(_ editor: inout LineEditor, _ screen: LineScreen, _ session: Session) async {
        let words = TypedWords(editor.buffer.beforeCursor)
        let candidates = (try? await Completion.candidates(for: words.all, in: session)) ?? []
        guard let first = candidates.first else { return screen.bell() }
        let common = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        if common.count > words.partial.count || candidates.count == 1 {
            let isWhole = candidates.count == 1 && !common.hasByteSuffix("/") && !common.hasByteSuffix(",")
            editor.replace(last: words.typedLength, with: words.quoted(common) + (isWhole ? " " : ""))
        } else {
            screen.show(candidates)
        }
        screen.draw(editor)
    }
}

extension String {
    /// The beginning that both have in common.
    func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
