import Foundation
import Testing

@testable import Processors

/// How many published CPUs come out as they should, byte for byte. The counts must never fall below those recorded in
/// `Tests/conformance-floors.txt`.
@Suite(.enabled(if: Corpus.folder != nil)) struct CPUConformanceTests {
    @Test("published CPUs are described as libvirt describes them")
    func all() throws {
        let cases =
            try ProcessorCases.all() + BaselineCases.all() + LabelledBaselineCases.all() + UpdateCases.all()
        var passed: [String: Int] = [:]
        var total: [String: Int] = [:]
        for one in cases {
            for group in ["cpu", one.group] {
                total[group, default: 0] += 1
                if one.expected == one.actual { passed[group, default: 0] += 1 }
            }
        }
        for (group, count) in total.sorted(by: { $0.key < $1.key }) {
            print("\(group) \(passed[group] ?? 0)/\(count)")
        }
        try tell(cases.filter { $0.expected != $0.actual })
        for (group, floor) in try Corpus.floors() { #expect((passed[group] ?? 0) >= floor, "\(group)") }
    }

    private func tell(_ failed: [CPUCase]) throws {
        for one in failed { print("  \(one.group) \(one.name)") }
        guard let path = ProcessInfo.processInfo.environment["ROOST_FAILURES"] else { return }
        let text = failed.map { "== \($0.name)\n-- expected\n\($0.expected)-- actual\n\($0.actual)" }
        try text.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}
