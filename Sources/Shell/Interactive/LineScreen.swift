import LinuxSystem

/// A prompt and a line on a terminal in raw mode; long lines go on below.
final class LineScreen {
    private let prompt: String
    private let output: Output
    /// In which row of the line, counted from its first, the cursor stands.
    private var cursorRow = 0
    private var lastRow = 0

    init(prompt: String, output: Output) {
        self.prompt = prompt
        self.output = output
    }

    private var width: Int { max(1, Terminal.output.size?.columns ?? 80) }

    /// Draws the line and puts the cursor where it is typed on.
    func draw(_ editor: LineEditor) {
        let prompt = editor.search.map { "(reverse-i-search)`\($0)': " } ?? prompt
        let before = Table.columns(of: prompt) + Table.columns(of: editor.buffer.beforeCursor)
        let total = before + Table.columns(of: editor.buffer.afterCursor)
        var text = "\r" + (cursorRow > 0 ? "\u{1B}[\(cursorRow)A" : "") + "\u{1B}[J"
        text += prompt + editor.buffer.text
        if total > 0 && total % width == 0 { text += "\r\n" }
        lastRow = total / width
        cursorRow = before / width
        if lastRow > cursorRow { text += "\u{1B}[\(lastRow - cursorRow)A" }
        text += "\r" + (before % width > 0 ? "\u{1B}[\(before % width)C" : "")
        put(text)
    }

    /// Leaves the line behind.
    func end() {
        put((lastRow > cursorRow ? "\u{1B}[\(lastRow - cursorRow)B" : "") + "\r\n")
        cursorRow = 0
    }

    func clear(_ editor: LineEditor) {
        put("\u{1B}[H\u{1B}[2J")
        cursorRow = 0
        draw(editor)
    }

    func bell() { put("\u{7}") }

    /// Lists choices below the line, in columns.
    func show(_ choices: [String]) {
        end()
        let column = (choices.map { Table.columns(of: $0) }.max() ?? 0) + 2
        let perRow = max(1, width / column)
        let rows = (choices.count + perRow - 1) / perRow
        for row in 0..<rows {
            let cells = stride(from: row, to: choices.count, by: rows).map { index in
                choices[index] + String(repeating: " ", count: column - Table.columns(of: choices[index]))
            }
            put(cells.joined() + "\r\n")
        }
    }

    private func put(_ text: String) {
        output.print(text)
        output.flush()
    }
}
