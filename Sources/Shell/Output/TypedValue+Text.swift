import JSON
import Virt

extension TypedValue {
    var json: JSONValue {
        switch self {
        case .int(let value): JSONValue(value)
        case .uint(let value): JSONValue(value)
        case .llong(let value): JSONValue(value)
        case .ullong(let value): JSONValue(value)
        case .double(let value): value.isFinite ? .number(value) : .null
        case .boolean(let value): .bool(value)
        case .string(let value): .string(value)
        }
    }

    /// As it is printed.
    var text: String {
        switch self {
        case .double(let value): value.text(digits: 6)
        case .boolean(let value): value ? "yes" : "no"
        case .string(let value): value
        case .int, .uint, .llong, .ullong: json.description
        }
    }
}
