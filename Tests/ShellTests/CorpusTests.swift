import Glibc
import LinuxSystem
import Testing

@testable import Shell

/// The published exchanges with virsh, where this machine has them.
private let corpus = (ThisProcess.environment("ROOST_CORPUS") ?? "../shared/corpus") + "/virsh/virshtestdata"

@Suite("Published exchanges with virsh", .enabled(if: FileSystem.exists(corpus), "no corpus on this machine"))
struct CorpusTests {
    /// The exchanges that must stay as they are published, and how virsh was started for each.
    static let cases: [(name: String, debugLevel: Int)] = [
        ("argument-assignment", 0), ("completion", 4), ("help-option", 4), ("numeric-parsing-event", 4),
    ]

    @Test("commands print what virsh prints", arguments: cases)
    func exchange(_ name: String, _ debugLevel: Int) async throws {
        let input = try FileSystem.readText("\(corpus)/\(name).in")
        let expected = try FileSystem.readText("\(corpus)/\(name).out")
        let session = RecordedSession(uri: "test:///default", debugLevel: debugLevel)
        let (text, succeeded) = await session.run(input)
        let printed = succeeded ? text : text + "\n## Exit code: 1\n"
        #expect(printed == expected)
    }
}
