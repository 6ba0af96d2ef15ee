import Foundation
import PublishedData

extension CaseCount {
    /// How two texts differ, line by line; empty where they don't.
    static func difference(_ expected: String, _ actual: String) -> String {
        if expected == actual { return "" }
        return ArgumentComparison.difference(
            expected.components(separatedBy: "\n"), actual.components(separatedBy: "\n"))
    }
}
