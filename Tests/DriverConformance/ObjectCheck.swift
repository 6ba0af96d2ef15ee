import Virt
import VirtDriver

/// One rule of the contract that every sort of objects keeps.
public struct ObjectCheck: Sendable, CustomStringConvertible {
    /// The rule as a sentence.
    public let rule: String
    let body: @Sendable (any ObjectSort) async throws -> Void

    init(_ rule: String, _ body: @escaping @Sendable (any ObjectSort) async throws -> Void) {
        (self.rule, self.body) = (rule, body)
    }

    public var description: String { rule }

    /// Tries the rule on a sort of objects; throws what is wrong.
    public func run(on sort: any ObjectSort) async throws { try await body(sort) }
}

/// One rule that every sort of objects keeps that start and stop.
public struct StartableCheck: Sendable, CustomStringConvertible {
    /// The rule as a sentence.
    public let rule: String
    let body: @Sendable (any StartableSort) async throws -> Void

    init(_ rule: String, _ body: @escaping @Sendable (any StartableSort) async throws -> Void) {
        (self.rule, self.body) = (rule, body)
    }

    public var description: String { rule }

    /// Tries the rule on a sort of objects; throws what is wrong.
    public func run(on sort: any StartableSort) async throws { try await body(sort) }
}
