import PublishedData
import Testing

/// The project's own documents that aren't domains' become what stands beside them.
@Suite struct GoldenTests {
    @Test("documents of all other kinds become what stands beside them")
    func become() throws {
        let all = Golden.all(in: "others")
        #expect(all.count >= 60)
        for one in all { try one.check(OtherDocument.results(one.document())) }
    }
}
