import Foundation
import PublishedData
import QEMUCorpus
import Testing

@testable import QEMUModel

/// Whether the published data come out as they should.
///
/// For development, `ROOST_CASE=name` tries only the cases whose name contains it, and `ROOST_FAILURES=file` writes
/// down how those that fail differ.
@Suite(.published) struct ConformanceTests {
    @Test("documents become libvirt's documents, arguments and errors")
    func all() async throws {
        let wanted = ProcessInfo.processInfo.environment["ROOST_CASE"]
        let cases = ConformanceCase.all.filter { wanted.map($0.stem.contains) ?? true }
        var counts: [String: CaseCount] = [:], undecidable: [String] = []
        for (one, run) in await Self.run(cases) {
            if Undecidable.reason(one.name) != nil { undecidable.append(one.stem); continue }
            for (kind, difference) in run.outcomes {
                counts[kind, default: CaseCount("qemu.\(kind)")].add(one.stem, difference ?? "")
            }
        }
        for (_, count) in counts.sorted(by: { $0.key < $1.key }) { count.tell() }
        print("qemu: \(undecidable.count) not decidable from the data: \(undecidable.joined(separator: " "))")
    }

    private static func run(_ cases: [ConformanceCase]) async -> [(ConformanceCase, ConformanceRun)] {
        await withTaskGroup(of: [(Int, ConformanceRun)].self) { group in
            for part in 0..<2 {
                group.addTask {
                    cases.indices.filter { $0 % 2 == part }.map { ($0, ConformanceRun(cases[$0])) }
                }
            }
            let all = await group.reduce(into: [Int: ConformanceRun]()) { sum, part in
                for (index, run) in part { sum[index] = run }
            }
            return cases.indices.compactMap { index in all[index].map { (cases[index], $0) } }
        }
    }
}
