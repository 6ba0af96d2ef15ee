import PublishedData
import Testing

@testable import Shell

@Suite("Published exchanges with virsh", .published)
struct CorpusTests {
    /// The exchanges that must stay as they are published, and how virsh was started for each.
    static let cases: [(name: String, debugLevel: Int)] = [
        ("argument-assignment", 0), ("completion", 4), ("help-option", 4), ("numeric-parsing-event", 4),
    ]

    @Test("commands print what virsh prints", arguments: cases)
    func exchange(_ name: String, _ debugLevel: Int) async throws {
        let input = try #require(Published.text("virsh/virshtestdata/\(name).in"))
        let expected = try #require(Published.text("virsh/virshtestdata/\(name).out"))
        // Where help is printed, it was without the empty line that follows each command.
        let isQuiet = name == "help-option"
        let session = RecordedSession(uri: "test:///default", debugLevel: debugLevel, isQuiet: isQuiet)
        let (text, succeeded) = await session.run(input)
        let printed = succeeded ? text : text + "\n## Exit code: 1\n"
        #expect(printed == expected)
    }
}
