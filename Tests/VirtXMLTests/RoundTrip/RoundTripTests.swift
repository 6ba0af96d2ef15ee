import Glibc
import PublishedData
import Testing

@testable import XMLBinding

/// What is read, written and read again is the same.
@Suite struct RoundTripTests {
    private static let options: [XMLOptions] = [[], .inactive]

    @Test("every published document that can be read reads the same once written", .published)
    func published() {
        var count = 0
        var faults = Faults()
        for text in Published.documents(below: Published.root ?? "") {
            guard let kind = DocumentKind.of(text) else { continue }
            for options in Self.options {
                let result = kind.roundTrip(text, options: options)
                if case .same = result { count += 1 }
                if result.isFault { faults.add(text, kind, options, "published") }
            }
        }
        faults.report()
        print("round trips: \(count) published documents")
    }

    /// `ROOST_SEED` begins elsewhere, `ROOST_DOCUMENTS` makes more of each kind.
    @Test("documents made up at random read the same once written", arguments: DocumentKind.all.map(\.name))
    func random(_ name: String) throws {
        let kind = try #require(DocumentKind.all.first { $0.name == name })
        let vocabulary = Vocabulary(
            learningFrom: Published.documents(below: Published.project + "/Tests/Fuzz/Seeds"))
        let first = Self.number("ROOST_SEED") ?? 1
        let wanted = Self.number("ROOST_DOCUMENTS") ?? 150
        var made: UInt64 = 0
        var faults = Faults()
        for seed in first..<first + wanted {
            let options = Self.options[Int(seed % 2)]
            guard let text = try Inventor.document(kind, seed: seed, vocabulary: vocabulary, options: options)
            else { continue }
            made += 1
            if kind.roundTrip(text, options: options).isFault {
                faults.add(text, kind, options, "seed \(seed)")
            }
        }
        print("round trips: \(made) of \(wanted) invented documents of kind \(name) could be read")
        #expect(made > wanted / 8, "the generator finds too few documents")
        faults.report()
    }

    private static func number(_ variable: String) -> UInt64? {
        getenv(variable).flatMap { UInt64(String(cString: $0)) }
    }
}

/// What doesn't read the same, each cut down to the smallest part that still doesn't.
private struct Faults {
    private var found: [String: String] = [:]

    mutating func add(_ text: String, _ kind: DocumentKind, _ options: XMLOptions, _ origin: String) {
        guard found.count < 30 else { return }
        let small = (try? XMLDocument(text))?.shrunk { kind.roundTrip($0, options: options).isFault } ?? text
        guard case .differs(let written, let complaint) = kind.roundTrip(small, options: options) else {
            return
        }
        found[complaint] =
            "\(origin), options \(options.rawValue):\n\(small)\n\(complaint)\nwritten:\n\(written)"
    }

    /// Fails, with the smallest first.
    func report() {
        for fault in found.values.sorted(by: { $0.utf8.count < $1.utf8.count }) { Issue.record("\(fault)") }
    }
}
