import PublishedData
import Testing

/// The project's own domains become what stands beside them.
@Suite struct GoldenTests {
    private static let all = Golden.all(in: "domains")

    @Test("a domain's document becomes what stands beside it", arguments: all)
    func becomes(_ one: Golden) throws { try one.check(GoldenGuest(one.document()).results()) }

    @Test("the documents are there")
    func areThere() { #expect(Self.all.count >= 30) }
}
