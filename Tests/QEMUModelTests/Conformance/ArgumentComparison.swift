import Foundation
import JSON

/// Arguments in a form in which only meaning counts: options by name with values parsed.
struct ArgumentComparison {
    /// The arguments of an `.args` file, behind the environment and the program.
    static func parse(_ text: String) -> [String] {
        var words = shellWords(text)
        words.removeFirst(words.firstIndex { !$0.contains("=") || $0.hasPrefix("/") } ?? 0)
        return Array(words.dropFirst())
    }

    /// One line an option, in a canonical form.
    static func canonical(_ words: [String]) -> [String] {
        var lines: [String] = []
        for word in words {
            if word.hasPrefix("-"), word.count > 1 {
                lines.append(word)
            } else if lines.isEmpty {
                lines.append(word)
            } else {
                lines[lines.count - 1] += " " + value(word)
            }
        }
        return lines
    }

    /// JSON without its white space.
    private static func value(_ word: String) -> String {
        guard word.hasPrefix("{"), let json = try? JSONValue(parsing: word) else { return word }
        return json.description
    }

    /// Words as a shell splits them: white space, single quotes, a backslash at a line's end.
    private static func shellWords(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quoted = false
        var characters = Array(text)[...]
        while let character = characters.popFirst() {
            if quoted {
                if character == "'" { quoted = false } else { word?.append(character) }
            } else if character == "'" {
                quoted = true
                word = word ?? ""
            } else if character == "\\" {
                let next = characters.popFirst()
                if let next, next != "\n" { word = (word ?? "") + String(next) }
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    /// The lines in which two texts differ, shown with `-` and `+`.
    static func difference(_ expected: [String], _ actual: [String]) -> String {
        var lines: [String] = []
        for change in actual.difference(from: expected) {
            switch change {
            case .remove(let offset, let line, _): lines.append("\(offset) - \(line)")
            case .insert(let offset, let line, _): lines.append("\(offset) + \(line)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
