import Glibc
import Testing

/// Measures the documents against published ones. A group's count never falls below its floor.
///
/// For development, `ROOST_CASE=name` shows what comes out of the cases whose name contains it.
@Suite struct ConformanceTests {
    @Test("published documents come out as libvirt writes them", arguments: Group.all.map(\.name))
    func group(_ name: String) throws {
        guard Corpus.root != nil else {
            print("conformance: no corpus on this machine; skipped")
            return
        }
        let group = try #require(Group.all.first { $0.name == name })
        let (passed, failed) = group.run()
        print(
            (["\(name) \(passed)/\(group.cases.count)"] + failed.map { "  \(name) \($0)" }).joined(
                separator: "\n"))
        show(group)
        #expect(passed >= Self.floor(name) || Corpus.isAnother, "\(name) fell: \(failed)")
    }

    private func show(_ group: Group) {
        guard let wanted = getenv("ROOST_CASE").map({ String(cString: $0) }) else { return }
        for entry in group.cases where entry.name.contains(wanted) && !entry.passes {
            let result = Result { try entry.produce() }
            print("--- \(group.name) \(entry.name)\n\(result)\n--- expected\n\(entry.expected ?? "an error")")
        }
    }

    /// The count recorded for a group; lines of `floors.txt` are a name and a number.
    private static func floor(_ name: String) -> Int {
        let path = Corpus.package + "/Tests/VirtXMLTests/Conformance/floors.txt"
        let lines = Corpus.read(path)?.split(separator: "\n") ?? []
        let words = lines.map { $0.split(separator: " ") }
        return words.first { $0.first.map(String.init) == name }?.last.flatMap { Int($0) } ?? 0
    }
}
