import Testing

/// Measures the documents against published ones. A group's count never falls below its floor.
@Suite struct ConformanceTests {
    @Test("published documents come out as libvirt writes them", arguments: Group.all.map(\.name))
    func group(_ name: String) throws {
        guard Corpus.root != nil else {
            print("conformance: no corpus on this machine; skipped")
            return
        }
        let group = try #require(Group.all.first { $0.name == name })
        let (passed, failed) = group.run()
        print("conformance: \(name) \(passed)/\(group.cases.count) \(failed.joined(separator: " "))")
        #expect(passed >= Self.floor(name), "\(name) fell: \(failed)")
    }

    /// The count recorded for a group; lines of `floors.txt` are a name and a number.
    private static func floor(_ name: String) -> Int {
        let path = Corpus.package + "/Tests/VirtXMLTests/Conformance/floors.txt"
        let lines = Corpus.read(path)?.split(separator: "\n") ?? []
        let words = lines.map { $0.split(separator: " ") }
        return words.first { $0.first.map(String.init) == name }?.last.flatMap { Int($0) } ?? 0
    }
}
