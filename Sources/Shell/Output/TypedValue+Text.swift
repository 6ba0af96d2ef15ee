import Virt

extension TypedValue {
    /// As it is printed.
    var text: String {
        switch self {
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .llong(let value): String(value)
        case .ullong(let value): String(value)
        case .double(let value): value.text(digits: 6)
        case .boolean(let value): value ? "yes" : "no"
        case .string(let value): value
        }
    }
}
