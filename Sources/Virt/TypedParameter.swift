/// A named value of one of seven types: how libvirt passes tunables and statistics.
public struct TypedParameter: Hashable, Sendable {
    /// The name, such as `cpu_shares`; at most 80 bytes.
    public var field: String
    public var value: TypedValue

    public init(_ field: String = "", _ value: TypedValue = .int(0)) {
        self.field = field
        self.value = value
    }
}

/// The value of a typed parameter.
public enum TypedValue: Hashable, Sendable {
    case int(Int32)
    case uint(UInt32)
    case llong(Int64)
    case ullong(UInt64)
    case double(Double)
    case boolean(Bool)
    case string(String)

    /// libvirt's number of the type (`virTypedParameterType`).
    public var type: Int32 {
        switch self {
        case .int: 1
        case .uint: 2
        case .llong: 3
        case .ullong: 4
        case .double: 5
        case .boolean: 6
        case .string: 7
        }
    }
}
