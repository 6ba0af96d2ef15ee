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
        let files = Corpus.names(in: folder).filter(wanted)
        let isComplete = isComplete && out.map { !Corpus.names(in: $0).isEmpty } == true
        self.init(
            name, schema: schema,
            cases: files.compactMap { file in
                guard let input = Corpus.text("\(folder)/\(file)") else { return nil }
                let output = out.flatMap { Corpus.text("\($0)/\(file)") }
                let isRefused = output == nil && (isComplete || (mayBeWrong && saysWrong(file)))
                return Case(name: file, expected: isRefused ? nil : output ?? input) { try convert(input) }
            })
    }

    /// How many pass, and which don't.
    func run() -> (passed: Int, failed: [String]) {
        let failed = cases.filter { !$0.passes }.map(\.name)
        return (cases.count - failed.count, failed)
    }
}

extension Group.Case {
    /// Whether the right document comes out, or an error where one is asked for.
    var passes: Bool {
        do { return try produce() == expected } catch { return expected == nil }
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
