import Foundation
import Testing

@testable import QEMUModel

/// Counts the cases of one group of the corpus, and holds them against the floor in `Tests/conformance-floors.txt`.
struct CaseCount {
    let group: String
    private var total = 0
    private var failures: [(name: String, difference: String)] = []

    init(_ group: String) { self.group = group }

    /// Counts a case; `difference` is empty where it came out as published.
    mutating func add(_ name: String, _ difference: () throws -> String) {
        total += 1
        var text = ""
        do { text = try difference() } catch { text = "failed: \(error)" }
        if !text.isEmpty { failures.append((name, text)) }
    }

    /// As above, for what takes time.
    mutating func add(_ name: String, _ difference: () async throws -> String) async {
        var text = ""
        do { text = try await difference() } catch { text = "failed: \(error)" }
        add(name) { text }
    }

    /// Prints the count and what fails.
    func tell() throws {
        let passed = total - failures.count
        print("\(group) \(passed)/\(total)")
        for (name, _) in failures { print("  \(group) \(name)") }
        let text = failures.map { "== \($0.name)\n\($0.difference)" }.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["ROOST_FAILURES"] != nil { print(text) }
        for (name, floor) in try ConformanceFloors.all() where name == group {
            #expect(passed >= floor, "\(text)")
        }
    }

    /// How two texts differ, line by line; empty where they don't.
    static func difference(_ expected: String, _ actual: String) -> String {
        if expected == actual { return "" }
        return ArgumentComparison.difference(
            expected.components(separatedBy: "\n"), actual.components(separatedBy: "\n"))
    }
}
