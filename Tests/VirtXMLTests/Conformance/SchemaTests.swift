import PublishedData
import Testing
import XMLBinding

/// Checks all that comes out of the conformance groups against the published schemas.
@Suite struct SchemaTests {
    @Test(
        "what is written keeps the schema of its kind", .published, .schemas,
        arguments: Group.all.filter { $0.schema != nil }.map(\.name))
    func group(_ name: String) throws {
        let group = try #require(Group.all.first { $0.name == name })
        let schema = try Schemas.named(#require(group.schema))
        let results = group.cases.compactMap { SchemaResult($0, schema) }
        let valid = results.filter { $0.complaint == nil }.count
        print("schema: \(name) \(valid)/\(results.count)")
        for result in results {
            guard let complaint = result.complaint else { continue }
            print("schema: \(name) \(result.name): published so, and not allowed: \(complaint)")
            #expect(result.isPublished, "\(name) \(result.name): \(complaint)")
        }
    }

    @Test(
        "a document that breaks its schema is refused with libvirt's error number, the words and the line",
        .schemas)
    func refusal() throws {
        let schema = try Schemas.named("network.rng")
        let document = try XMLDocument("<network>\n  <name>a</name>\n  <nonsense/>\n</network>")
        let error = #expect(throws: XMLError.self) { try schema.validate(document) }
        #expect(error?.code == .invalidSchema)
        #expect(error?.message.contains("nonsense") == true)
        #expect(error?.line == 3)
    }
}

/// What a schema has to say of one output.
private struct SchemaResult {
    var name: String
    /// nil if the schema allows it.
    var complaint: String?
    /// Whether this is, byte for byte, what libvirt publishes.
    var isPublished: Bool

    /// nil if nothing comes out.
    init?(_ entry: Group.Case, _ schema: XMLSchema) {
        guard let text = try? entry.produce(), !text.isEmpty else { return nil }
        name = entry.name
        isPublished = text == entry.expected
        do throws(XMLError) {
            try schema.validate(XMLDocument(text))
        } catch {
            complaint = error.message.split(separator: "\n").dropFirst().joined(separator: "; ")
        }
    }
}
