import Virt
import VirtDriver

/// One rule of a contract, which is tried on something that is to keep it.
public struct ContractCheck<Subject>: Sendable, CustomStringConvertible {
    /// The rule as a sentence.
    public let rule: String
    let body: @Sendable (Subject) async throws -> Void

    init(_ rule: String, _ body: @escaping @Sendable (Subject) async throws -> Void) {
        (self.rule, self.body) = (rule, body)
    }

    public var description: String { rule }

    /// Tries the rule; throws what is wrong.
    public func run(on subject: Subject) async throws { try await body(subject) }
}

/// A rule that every driver keeps.
public typealias ConformanceCheck = ContractCheck<ConformanceSubject>
/// A rule that every sort of objects keeps.
public typealias ObjectCheck = ContractCheck<any ObjectSort>
/// A rule that every sort of objects keeps that start and stop.
public typealias StartableCheck = ContractCheck<any StartableSort>

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
