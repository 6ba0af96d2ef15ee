import VirtXML
import XMLBinding

/// Documents of one kind: what goes in, and what must come out, to the byte.
struct Group: Sendable {
    var name: String
    var cases: [Case]
    var convert: @Sendable (String) throws -> String

    struct Case: Sendable {
        var name: String
        var input: String
        var output: String
    }

    /// Every document of a folder must come out as it is, or as the one of its name in another folder.
    init(
        _ name: String, _ folder: String, out: String? = nil, where wanted: (String) -> Bool = { _ in true },
        convert: @escaping @Sendable (String) throws -> String
    ) {
        self.name = name
        self.convert = convert
        let outputs = Set(out.map(Corpus.names) ?? [])
        cases = Corpus.names(in: folder).filter(wanted).map { file in
            let output = outputs.contains(file) ? "\(out ?? "")/\(file)" : "\(folder)/\(file)"
            return Case(name: file, input: "\(folder)/\(file)", output: output)
        }
    }

    /// How many pass, and which don't.
    func run() -> (passed: Int, failed: [String]) {
        var failed: [String] = []
        for entry in cases where !passes(entry) { failed.append(entry.name) }
        return (cases.count - failed.count, failed)
    }

    /// A document whose name says that something is wrong with it must be refused.
    private func passes(_ entry: Case) -> Bool {
        guard let input = Corpus.text(entry.input), let output = Corpus.text(entry.output) else {
            return false
        }
        let isWrong = ["-missing-", "-colliding", "-invalid", "-mismatch", "-duplicate"].contains {
            entry.name.contains($0)
        }
        do {
            return try convert(input) == output
        } catch {
            return isWrong && entry.input == entry.output
        }
    }
}

extension String {
    func contains(_ part: String) -> Bool {
        guard !part.isEmpty else { return true }
        return indices.contains { self[$0...].hasPrefix(part) }
    }
}
