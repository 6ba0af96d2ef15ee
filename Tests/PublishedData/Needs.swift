import Foundation
import Synchronization
import Testing

/// What a test can't do without. Where it isn't there the test is skipped, and the end of the run tells how many
/// were, and why.
package struct Needs: TestTrait, SuiteTrait {
    private let isThere: Bool
    private let reason: String

    package var isRecursive: Bool { true }

    fileprivate init(_ isThere: Bool, _ reason: String) {
        (self.isThere, self.reason) = (isThere, reason)
    }

    package func prepare(for test: Test) async throws {
        if isThere { return }
        if !test.isSuite { Skipped.count(reason) }
        try await ConditionTrait.disabled(Comment(rawValue: reason)).prepare(for: test)
    }
}

extension Trait where Self == Needs {
    /// Skips the test where something isn't there, and tells why.
    package static func needs(_ isThere: Bool, _ reason: String) -> Self { Needs(isThere, reason) }

    /// Skips the test where it isn't run as root.
    package static var needsRoot: Self { needs(geteuid() == 0, "only root may do it") }

    /// Skips the test where libvirt's published data aren't there.
    package static var published: Self {
        needs(Published.root != nil, "libvirt's published test data are not here (ROOST_CORPUS)")
    }
}

/// How many tests were skipped, by reason; told when the process ends.
private enum Skipped {
    private static let counts = Mutex<[String: Int]>([:])

    static func count(_ reason: String) {
        counts.withLock { counts in
            if counts.isEmpty { atexit { Skipped.tell() } }
            counts[reason, default: 0] += 1
        }
    }

    static func tell() {
        let counts = counts.withLock { $0 }
        print("\(counts.values.reduce(0, +)) tests skipped:")
        for (reason, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(count): \(reason)") }
        fflush(nil)
    }
}
