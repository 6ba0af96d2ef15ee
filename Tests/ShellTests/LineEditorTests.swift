import Testing

@testable import Shell

@Suite("Editing a line")
struct LineEditorTests {
    private func typed(_ keys: [Key], history: [String] = []) -> (LineEditor, LineEditor.Step) {
        var editor = LineEditor(history: history)
        var step = LineEditor.Step.nothing
        for key in keys { step = editor.take(key) }
        return (editor, step)
    }

    private func text(_ text: String) -> [Key] { text.map { .text($0) } }

    @Test("what is typed is there, and Enter hands it over")
    func typing() {
        #expect(typed(text("list") + [.enter]).1 == .done("list"))
    }

    @Test("keys move and erase around the cursor")
    func editing() {
        #expect(typed(text("ac") + [.left, .text("b")]).0.buffer.text == "abc")
        #expect(typed(text("ab") + [.home, .delete]).0.buffer.text == "b")
        #expect(typed(text("a bc") + [.control("w")]).0.buffer.text == "a ")
        #expect(typed(text("abc") + [.left, .control("k"), .home, .control("y")]).0.buffer.text == "cab")
        #expect(typed(text("ab") + [.control("t")]).0.buffer.text == "ba")
        #expect(typed(text("one two") + [.meta("b"), .control("u")]).0.buffer.text == "two")
    }

    @Test("keys at the ends do nothing")
    func ends() {
        #expect(
            typed([.left, .backspace, .delete, .control("t"), .meta("b"), .meta("f")]).0.buffer.text.isEmpty)
    }

    @Test("Ctrl-D ends an empty line, and erases in another")
    func end() {
        #expect(typed([.control("d")]).1 == .end)
        #expect(typed(text("a") + [.home, .control("d")]).0.buffer.text.isEmpty)
    }

    @Test("up and down go through the history and back to what was being typed")
    func history() {
        let lines = ["one", "two"]
        #expect(typed([.up], history: lines).0.buffer.text == "two")
        #expect(typed([.up, .up, .up], history: lines).0.buffer.text == "one")
        #expect(typed(text("new") + [.up, .up, .down, .down], history: lines).0.buffer.text == "new")
    }

    @Test("Ctrl-R finds the newest line with the text, and again an older one")
    func search() {
        let lines = ["start a", "list", "start b"]
        #expect(typed([.control("r")] + text("sta"), history: lines).0.buffer.text == "start b")
        #expect(
            typed([.control("r")] + text("sta") + [.control("r")], history: lines).0.buffer.text == "start a")
        #expect(typed([.control("r")] + text("li") + [.enter], history: lines).1 == .done("list"))
    }

    @Test("bytes of a terminal become keys")
    func keys() {
        var bytes = Array("a\u{1B}[A\u{1B}[3~\u{1B}OH\u{1B}b\u{7F}\té\u{3}\r".utf8)[...]
        let decoder = KeyDecoder { bytes.popFirst() }
        var keys: [Key] = []
        while let key = decoder.next() { keys.append(key) }
        #expect(
            keys == [
                .text("a"), .up, .delete, .home, .meta("b"), .backspace, .tab, .text("é"), .control("c"),
                .enter,
            ])
    }

    @Test("half a key at the end is no key")
    func halfKey() {
        var bytes: ArraySlice<UInt8> = [0xE2, 0x82]
        #expect(KeyDecoder { bytes.popFirst() }.next() == nil)
        var escape: ArraySlice<UInt8> = [27]
        #expect(KeyDecoder { escape.popFirst() }.next() == nil)
    }

    @Test("the words before the cursor are those of the last command")
    func words() {
        #expect(TypedWords("list; start 'my g").all == ["start", "my g"])
        #expect(TypedWords("start ").all == ["start", ""])
        #expect(TypedWords("").all == [""])
        #expect(TypedWords("start a\\ b").typedLength == 4)
        #expect(TypedWords("").quoted("my guest") == "my\\ guest")
    }
}
