import Foundation
import PublishedData
import Testing

/// Small documents, each about one thing, and what libvirt 11.3 answered when it was given them
/// (`scripts/differential/cases` asks it anew).
@Suite struct LibvirtAnswerTests {
    private static let folder = Published.project + "/Tests/Documents/cases"
    private static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    @Test("a document is written, or refused, as libvirt does it", arguments: files)
    func answer(_ file: String) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
        let blocks = text.trimmingCharacters(in: .newlines).components(separatedBy: "\n\n")
        let around = try #require(blocks.dropFirst().first)
        for block in blocks.dropFirst(2) {
            let lines = block.components(separatedBy: "\n")
            let part = lines.first ?? ""
            let expected = lines.dropFirst().map { String($0.dropFirst(2)) }.joined(separator: "\n")
            let results = OtherDocument.results(around.replacing("%", with: part))
            // Of a device of the host it can only be seen that it was read.
            if expected.isEmpty, results["out"] != nil { continue }
            #expect(Self.plain(results["out"] ?? results["err"] ?? "") == expected, "\(part)")
        }
    }

    @Test("the documents are there")
    func areThere() { #expect(Self.files.count >= 8) }

    /// Without what the drivers that were asked made up, or added of their own.
    private static func plain(_ text: String) -> String {
        let isVolume = text.hasPrefix("<volume")
        let added = ["uuid", "capacity", "allocation", "available", "physical", "key"].map { "  <\($0)" }
        return text.components(separatedBy: "\n").filter { line in
            !added.contains(where: line.hasPrefix) && !(isVolume && line.hasPrefix("    <path>"))
        }.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
