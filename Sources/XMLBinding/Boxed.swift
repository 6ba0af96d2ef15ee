/// Holds a seldom used part of a document out of line: one word as long as there is none.
///
/// Definitions are kept as values for every domain there is, and most of their parts are absent.
@propertyWrapper
public indirect enum Boxed<Value> {
    case none
    case some(Value)

    public init(wrappedValue: Value?) {
        if let wrappedValue { self = .some(wrappedValue) } else { self = .none }
    }

    public init() { self = .none }

    /// Whether there is a value; cheaper to ask than to take it out.
    public var isPresent: Bool {
        if case .some = self { true } else { false }
    }

    public var wrappedValue: Value? {
        get {
            switch self {
            case .none: nil
            case .some(let value): value
            }
        }
        set { self = Boxed(wrappedValue: newValue) }
    }
}

extension Boxed: Sendable where Value: Sendable {}
extension Boxed: Equatable where Value: Equatable {}
