import JSON

@testable import Processors

/// What a QEMU said of its processor: the properties it expanded, and the models it has.
struct QEMUAnswers {
    var processor: X86Processor
    /// nil where it wasn't asked.
    var models: Set<String>?

    init?(_ file: String) throws {
        guard let bytes = Corpus.bytes(file) else { return nil }
        var documents = try Self.split(bytes).map { try JSONValue(parsing: $0) }[...]
        guard let first = documents.popFirst(), let properties = first["return"]?["model"]?["props"]?.object
        else { return nil }
        processor = X86Processor(
            features: Set(
                properties.members.filter { $0.value.bool == true }
                    .compactMap { X86Features.feature(ofProperty: $0.key) }),
            vendor: properties["vendor"]?.string.flatMap { ProcessorVendor.name(ofIdentifier: $0) },
            signature: Self.signature(properties))
        models = documents.first?["return"]?.array.map { Set($0.compactMap { $0["name"]?.string }) }
    }

    private static func signature(_ properties: JSONObject) -> X86Signature? {
        guard let family = properties["family"]?.int, let model = properties["model"]?.int,
            let stepping = properties["stepping"]?.int
        else { return nil }
        return X86Signature(family: Int(family), model: Int(model), stepping: Int(stepping))
    }

    /// The documents of a file: each begins with a brace at the beginning of a line.
    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 10).reduce(into: [[UInt8]]()) { documents, line in
            if line.first == UInt8(ascii: "{") || documents.isEmpty { documents.append([]) }
            documents[documents.count - 1] += line + [10]
        }
    }
}
