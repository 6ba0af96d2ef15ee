import ByteText
import Explanation

/// An explanation at a glance: a line an element, and what Roost has added, counted.
struct ExplanationOverview {
    private let explanation: DomainExplanation

    init(_ explanation: DomainExplanation) { self.explanation = explanation }

    var text: String {
        let rows = explanation.elements.map(\.row)
        let widths = (0..<3).map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
        var lines: [String] = []
        for (element, row) in zip(explanation.elements, rows) {
            let cells = zip(row, widths + [0]).map { $0.padded(to: $1) }
            lines.append("\(element.mark) " + cells.joined(separator: "  ").trimmingBlanks())
        }
        return (lines + ["", summary]).joined(separator: "\n") + "\n"
    }

    private var summary: String {
        let elements = explanation.elements
        let added = elements.count { $0.author == .roost }
        let filled = elements.reduce(0) { $0 + ($1.author == .roost ? 0 : $1.filled.count) }
        return """
            Of \(counted(elements.count, "element")) Roost has added \(added) (+), and \(counted(filled, "part")) of others (~).
            An element's path or name tells why, --full tells of all.
            """
    }
}

extension DomainExplanation.Element {
    fileprivate var mark: String {
        author == .user && !filled.isEmpty ? DomainExplanation.Author.both.mark : author.mark
    }

    /// Its path, what it is called, what it is for QEMU and on the host, and why it is there.
    fileprivate var row: [String] {
        let words = arguments.count + pieces.count + commands.count
        let becomes = [(words, "argument"), (host.count, "fact of the host"), (filled.count, "part added")]
        let names = [alias, target].compactMap { $0 }.joined(separator: ", ")
        let counts = becomes.filter { $0.0 > 0 }.map { counted($0.0, $0.1) }.joined(separator: ", ")
        return [path, names, counts, reason ?? ""].map(\.printable)
    }
}

/// `1 part added`, `2 parts added`: the first word is what is counted.
private func counted(_ number: Int, _ noun: String) -> String {
    guard number != 1, let (first, rest) = noun.cut(atByte: " ") else {
        return "\(number) \(noun)" + (number == 1 ? "" : "s")
    }
    return "\(number) \(first)s \(rest)"
}
