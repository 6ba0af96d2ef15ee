import Foundation
import QEMUCorpus
import Testing

@testable import QEMUModel

/// How much of the published data comes out as it should. The counts must never fall below those recorded in
/// `Tests/conformance-floors.txt`.
///
/// For development, `ROOST_CASE=name` shows how the cases whose name contains it differ, and
/// `ROOST_FAILURES=file` writes down all that differ.
@Suite(.enabled(if: Corpus.isPresent)) struct ConformanceTests {
    @Test("documents become libvirt's documents, arguments and errors")
    func all() async throws {
        let wanted = ProcessInfo.processInfo.environment["ROOST_CASE"]
        let cases = ConformanceCase.all.filter { wanted.map($0.stem.contains) ?? true }
        var passed: [String: Int] = [:], total: [String: Int] = [:]
        var failures = "", failed: [String] = [], undecidable: [String] = []
        for (one, run) in await Self.run(cases) {
            if Undecidable.reason(one.name) != nil { undecidable.append(one.stem); continue }
            for (kind, difference) in run.outcomes.sorted(by: { $0.key < $1.key }) {
                total[kind, default: 0] += 1
                guard let difference else { passed[kind, default: 0] += 1; continue }
                failed.append("  qemu.\(kind) \(one.stem)")
                failures += "== \(kind) \(one.stem)\n\(difference)\n"
            }
        }
        for kind in total.keys.sorted() { print("qemu.\(kind) \(passed[kind] ?? 0)/\(total[kind] ?? 0)") }
        print(failed.joined(separator: "\n"))
        print("qemu: \(undecidable.count) not decidable from the data: \(undecidable.joined(separator: " "))")
        if let path = ProcessInfo.processInfo.environment["ROOST_FAILURES"] {
            try failures.write(toFile: path, atomically: true, encoding: .utf8)
        }
        guard wanted == nil else { return print(failures) }
        for (kind, floor) in try Self.floors() { #expect((passed[kind] ?? 0) >= floor, "qemu.\(kind)") }
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

    private static func floors() throws -> [(String, Int)] {
        try ConformanceFloors.all().filter { $0.0.hasPrefix("qemu.") }.map {
            (String($0.0.dropFirst("qemu.".count)), $0.1)
        }
    }
}
