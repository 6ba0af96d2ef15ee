import QEMUCorpus
import Testing

@testable import QEMUDriver
@testable import QEMUModel

/// Names, paths and values reach QEMU as they are, each as the one value that it stands for, or are refused.
///
/// All places of a document get hostile texts at once, and once more texts as long that mean nothing; but for these
/// the command lines must be the same. Where a document is refused so, its places are tried by halves.
@Suite
struct SmuggledArgumentTests {
    @Test("no text of a document becomes more than the one value that it stands for")
    func documents() throws {
        let subject = try Subject.recorded()
        var known: Set<String> = []
        var taken = 0
        for document in try GuestDocuments.all() {
            let read = try GrownDocument.read(document)
            let places = read.places.indices.filter {
                guard case .text(isThere: true) = read.places[$0].place else { return false }
                return known.insert(read.places[$0].key).inserted
            }
            let open = try subject.open(document, [], places)
            for hostile in HostileText.all { taken += try subject.check(document, [], open, hostile) }
        }
        print("smuggled arguments: \(taken) texts in \(known.count) places of the tests' own documents")
        #expect(taken > 500)
    }

    @Test("nor does a text that no such document has: all attributes and elements of any text that are read")
    func grown() throws {
        let subject = try Subject.recorded()
        var known: Set<String> = []
        var taken = 0
        for document in try GuestDocuments.all() {
            var waiting: [[Growth]] = [[]]
            while let growth = waiting.popLast() {
                let read = try GrownDocument.read(document, growth: growth)
                let fresh = read.places.indices.filter { known.insert(read.places[$0].key).inserted }
                let texts = fresh.filter { if case .text = read.places[$0].place { true } else { false } }
                let open = try subject.open(document, growth, texts)
                taken += try subject.check(document, growth, open, .worst)
                guard growth.count < 2 else { continue }
                waiting += fresh.compactMap {
                    if case .element(let more) = read.places[$0].place { growth + [more] } else { nil }
                }
            }
        }
        print("smuggled arguments: \(taken) of \(known.count) places that may be there took any text")
        #expect(taken > 150)
    }
}
