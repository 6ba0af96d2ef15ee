import Virt
import VirtDriver

/// One rule of the contract that every driver keeps.
public struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// The rule as a sentence.
    public let rule: String
    let body: @Sendable (ConformanceSubject) async throws -> Void

    init(_ rule: String, _ body: @escaping @Sendable (ConformanceSubject) async throws -> Void) {
        (self.rule, self.body) = (rule, body)
    }

    public var description: String { rule }

    /// Tries the rule on a driver; throws what is wrong.
    public func run(on subject: ConformanceSubject) async throws { try await body(subject) }
}

/// A rule that a driver breaks.
public struct ConformanceFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(message()) }
}

func expectEqual<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws {
    try expect(found == expected, "\(what): \(found), but it should be \(expected)")
}

/// Makes a call that must fail with this error number.
func expectError(
    _ code: ErrorNumber, _ what: String, _ call: () async throws(VirtError) -> Void
) async throws {
    do throws(VirtError) {
        try await call()
    } catch {
        return try expectEqual(
            error.code.rawValue, code.rawValue, "the error number of \(what) (\(error.message))")
    }
    throw ConformanceFailure("\(what) succeeds, but it should fail")
}
