import Synchronization

/// A value that one owner replaces and anybody reads, without waiting.
public final class Published<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    public init(_ value: Value) { storage = Mutex(value) }

    /// The value as it is now.
    public var value: Value { storage.withLock { $0 } }

    /// Puts another value in its place.
    public func publish(_ value: Value) { storage.withLock { $0 = value } }
}
