import Foundation
import Testing

/// Counts the published cases of one group. Those that may fail stand by name in `Tests/known-failures.txt`: another
/// that fails is an error, and so is one of them that passes.
package struct CaseCount {
    package let group: String
    private var passed: [String] = []
    private var failures: [(name: String, difference: String)] = []

    package init(_ group: String) { self.group = group }

    /// Counts a case; `difference` is empty where it came out as published.
    package mutating func add(_ name: String, _ difference: () throws -> String) {
        do { add(name, try difference()) } catch { add(name, "failed: \(error)") }
    }

    /// As above, for what takes time.
    package mutating func add(_ name: String, _ difference: () async throws -> String) async {
        do { add(name, try await difference()) } catch { add(name, "failed: \(error)") }
    }

    package mutating func add(_ name: String, _ difference: String) {
        if difference.isEmpty { passed.append(name) } else { failures.append((name, difference)) }
    }

    /// Prints the count and what fails, and holds it against what is known to. `ROOST_FAILURES` names a file for how
    /// they differ.
    package func tell() {
        let lines = ["\(group) \(passed.count)/\(passed.count + failures.count)"]
        print((lines + failures.map { "  \(group) \($0.name)" }).joined(separator: "\n"))
        FailureLog.add(failures.map { "== \(group) \($0.name)\n\($0.difference)\n" }.joined())
        // What may fail was found with the data beside the project.
        if Published.isAnother { return }
        let known = KnownFailures.names(in: group)
        for (name, difference) in failures where !known.contains(name) {
            Issue.record("\(group) \(name) is not among the known failures:\n\(difference)")
        }
        for name in passed where known.contains(name) {
            Issue.record("\(group) \(name) passes, and stands in Tests/known-failures.txt")
        }
    }
}

/// The cases that may fail: a group and a name a line, why behind `#`.
private enum KnownFailures {
    static func names(in group: String) -> Set<String> {
        Set(all.filter { $0.first == group }.compactMap { $0.count == 2 ? $0[1] : nil })
    }

    private static let all: [[String]] = {
        let text = FileManager.default.contents(atPath: Published.project + "/Tests/known-failures.txt")
        return String(decoding: text ?? Data(), as: UTF8.self).split(separator: "\n").map { line in
            line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
        }
    }()
}

/// The file that `ROOST_FAILURES` names, written anew by each run.
private enum FailureLog {
    private static let file: FileHandle? = {
        guard let path = ProcessInfo.processInfo.environment["ROOST_FAILURES"],
            FileManager.default.createFile(atPath: path, contents: nil)
        else { return nil }
        return FileHandle(forWritingAtPath: path)
    }()

    static func add(_ text: String) { try? file?.write(contentsOf: Data(text.utf8)) }
}
