import ByteText
import Explanation

/// An explanation as people read it: element by element, and behind them what comes from none.
struct ExplanationText {
    private let explanation: DomainExplanation
    private let isWhole: Bool

    /// - Parameter isWhole: whether nothing was left out.
    init(_ explanation: DomainExplanation, isWhole: Bool = true) {
        self.explanation = explanation
        self.isWhole = isWhole
    }

    var text: String {
        var blocks = isWhole ? [header] : []
        blocks += explanation.elements.map(block)
        if !explanation.own.isEmpty { blocks.append(own) }
        if !explanation.host.isEmpty {
            blocks.append((["The guest on the host"] + explanation.host.map(fact)).lines)
        }
        return blocks.joined(separator: "\n")
    }

    /// What is explained, and what runs it.
    var header: String {
        let state =
            switch explanation.subject {
            case .running: "runs" + (explanation.process.map { " as process \($0)" } ?? "")
            case .definition: "doesn't run; this is what a start would run"
            case .document: "isn't defined; this is what a start would run"
            }
        return [
            "\(explanation.name.printable): \(state)",
            "\(explanation.emulator.printable) \(explanation.version.printable)",
        ].lines
    }

    // MARK: Elements

    private func block(_ element: DomainExplanation.Element) -> String {
        let names = [element.alias, element.target].compactMap { $0 }.joined(separator: ", ")
        var lines = [names.isEmpty ? element.path : "\(element.path)  \(names)"]
        lines += element.lines.map { $0.author.mark + "   " + $0.text }
        lines += element.arguments.map { "  → " + $0.words.joined(separator: " ") }
        lines += element.pieces.map { "  → \($0.option) …\($0.text)…" }
        lines += element.commands.map { "  → plugged in: " + $0 }
        if let note = element.note { lines.append("  · " + note) }
        if let reason = element.reason { lines.append("  + added: " + reason) }
        lines += element.filled.map(filled)
        lines += element.host.map(fact)
        return lines.lines
    }

    private func filled(_ one: DomainExplanation.Filled) -> String {
        let former = one.former.map { " (was '\($0)')" } ?? ""
        // The line above shows whole elements; of attributes it shows only which it is about.
        let value = one.value.hasBytePrefix("<") ? "" : "='\(one.value)'"
        return "  + \(one.path)\(value)\(former): \(one.reason)"
    }

    private func fact(_ fact: DomainExplanation.HostFact) -> String {
        "  host: \(fact.kind) \(fact.name)" + (fact.detail.map { " (\($0))" } ?? "")
    }

    // MARK: What comes from no element

    private var own: String {
        (["From no element, but Roost's own"]
            + explanation.own.flatMap { one in
                let words = one.words.joined(separator: " ") + (one.piece.map { " …\($0)…" } ?? "")
                return ["  → " + words, "    · " + one.reason]
            }).lines
    }
}

extension DomainExplanation.Author {
    /// What stands before a line.
    var mark: String {
        switch self {
        case .user: " "
        case .roost: "+"
        case .both: "~"
        case .unknown: "?"
        }
    }
}

extension [String] {
    /// One below the other; what a document or an argument holds can't move the terminal's cursor.
    fileprivate var lines: String { map { $0.printable + "\n" }.joined() }
}

extension String {
    /// Without characters that a terminal takes for orders.
    var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if !scalar.isControl {
                text.unicodeScalars.append(scalar)
            } else {
                text += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
