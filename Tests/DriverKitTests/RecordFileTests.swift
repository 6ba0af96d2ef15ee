import LinuxSystem
import Testing

@testable import DriverKit

@Suite("The record of a run")
struct RecordFileTests {
    private struct Record: RunRecord {
        let name = "a"
        let text: String
    }

    private static func record(id: Int32) -> Record { Record(text: "\(id)") }

    private func withStore(_ body: (DocumentStore) throws -> Void) throws {
        let folder = "/tmp/roost-record-\(Random.bytes(8).map { String($0, radix: 16) }.joined())"
        defer { try? FileSystem.removeTree(folder) }
        let store = DocumentStore(folder: folder, suffix: ".live", survivesPowerCut: false)
        try store.prepare()
        try body(store)
    }

    @Test("is the latest, whichever write comes first")
    func latest() throws {
        try withStore { store in
            let file = RecordFile(Self.record(id: 1), in: store)
            file.set(Self.record(id: 2))
            try file.write()
            #expect(try store.read("a") == "2")
        }
    }

    @Test("isn't written once the run is over, so that it never stands in place of the next run's")
    func over() throws {
        try withStore { store in
            let former = RecordFile(Self.record(id: 1), in: store)
            try former.write()
            try former.remove()
            let next = RecordFile(Self.record(id: 2), in: store)
            try next.write()
            former.set(Self.record(id: 1))
            try former.write()
            #expect(try store.read("a") == "2")
        }
    }
}
