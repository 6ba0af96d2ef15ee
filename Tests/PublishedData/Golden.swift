import Foundation
import Testing

/// A document of the project's own, `NAME.xml` below `Tests/Documents/golden`. Beside it stands what becomes of it, a
/// file a kind: `NAME.out` is what is written of it, `NAME.args` the command line, `NAME.err` the words it is refused
/// with. libvirt 11.3 was asked about each; `make golden` writes them anew, to be read before they are kept.
package struct Golden: Sendable, CustomTestStringConvertible {
    package let name: String
    private let folder: String

    package var testDescription: String { name }

    /// The documents of a folder, `domains` or `others`, or of the one that `ROOST_GOLDEN_FOLDER` names.
    package static func all(in folder: String) -> [Golden] {
        let given = ProcessInfo.processInfo.environment["ROOST_GOLDEN_FOLDER"]
        let path = given ?? Published.project + "/Tests/Documents/golden/" + folder
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".xml") }.sorted().map {
            Golden(name: String($0.dropLast(".xml".count)), folder: path)
        }
    }

    /// The document itself.
    package func document() throws -> String { try text("xml") }

    /// Holds what became of the document against what stands beside it, kind by kind, or writes it down.
    package func check(_ results: [String: String]) throws {
        for kind in ["out", "args", "err"] {
            if Self.isWriting {
                try write(kind, results[kind])
            } else {
                let expected = try? text(kind)
                #expect(expected == results[kind], "\(name).\(kind)")
            }
        }
    }

    private static let isWriting = ProcessInfo.processInfo.environment["ROOST_GOLDEN"] == "write"

    private func path(_ kind: String) -> String { "\(folder)/\(name).\(kind)" }

    private func text(_ kind: String) throws -> String {
        try String(contentsOfFile: path(kind), encoding: .utf8)
    }

    private func write(_ kind: String, _ text: String?) throws {
        if let text { return try Data(text.utf8).write(to: URL(fileURLWithPath: path(kind))) }
        try? FileManager.default.removeItem(atPath: path(kind))
    }
}
