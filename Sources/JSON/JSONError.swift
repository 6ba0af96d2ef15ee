/// Why a text isn't acceptable JSON.
public enum JSONError: Error, Equatable, CustomStringConvertible {
    /// The text isn't JSON; `offset` bytes of the piece at hand had been read.
    case malformed(reason: String, offset: Int)
    /// More values are nested within one another than the reader allows.
    case tooDeep
    /// The document is longer than the reader allows, in bytes.
    case tooLong(limit: Int)
    /// The text ends within a value, or is empty.
    case incomplete

    public var description: String {
        switch self {
        case .malformed(let reason, let offset): "malformed JSON at byte \(offset): \(reason)"
        case .tooDeep: "JSON is nested too deeply"
        case .tooLong(let limit): "JSON is longer than \(limit) bytes"
        case .incomplete: "JSON ends too early"
        }
    }
}
