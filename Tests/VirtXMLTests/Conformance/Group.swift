import PublishedData
import VirtXML
import XMLBinding

/// Documents of one kind: what goes in, and what must come out, to the byte.
struct Group: Sendable {
    var name: String
    /// The file of the schema that what comes out must keep.
    var schema: String?
    var cases: [Case]

    /// One document: how it's made, and what it must be.
    struct Case: Sendable {
        var name: String
        /// What must come out; nil if the document must be refused.
        var expected: String?
        var produce: @Sendable () throws -> String
    }

    init(_ name: String, schema: String? = nil, cases: [Case]) {
        self.name = name
        self.schema = schema
        self.cases = cases
    }

    /// Every document of a folder must come out as it is, or as the one of its name in another folder. What has no
    /// output must be refused if its name says that something is wrong with it, or if `isComplete` says that the
    /// other folder has all that come out.
    init(
        _ name: String, schema: String? = nil, _ folder: String, out: String? = nil,
        where wanted: (String) -> Bool = { _ in true }, mayBeWrong: Bool = true,
        isComplete: Bool = false,
        convert: @escaping @Sendable (String) throws -> String
    ) {
        let files = Published.documentNames(in: folder).filter(wanted)
        let isComplete = isComplete && out.map { !Published.documentNames(in: $0).isEmpty } == true
        self.init(
            name, schema: schema,
            cases: files.compactMap { file in
                guard let input = Published.text("\(folder)/\(file)") else { return nil }
                let output = out.flatMap { Published.text("\($0)/\(file)") }
                let isRefused = output == nil && (isComplete || (mayBeWrong && saysWrong(file)))
                return Case(name: file, expected: isRefused ? nil : output ?? input) { try convert(input) }
            })
    }
}

extension Group.Case {
    /// How what comes out differs from the right document, or from the error that is asked for; empty where it
    /// doesn't.
    var difference: String {
        do {
            let text = try produce()
            return text == expected ? "" : "--- expected\n\(expected ?? "an error")\n--- written\n\(text)"
        } catch {
            return expected == nil ? "" : "failed: \(error)"
        }
    }
}

/// Whether a document's name says that something is wrong with it.
private func saysWrong(_ name: String) -> Bool {
    ["-missing-", "-colliding", "-invalid", "-mismatch", "-duplicate"].contains { name.contains($0) }
}

extension String {
    func contains(_ part: String) -> Bool {
        guard !part.isEmpty else { return true }
        return indices.contains { self[$0...].hasPrefix(part) }
    }
}
