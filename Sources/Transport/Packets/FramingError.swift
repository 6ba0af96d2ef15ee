import XDR

/// Why bytes from a peer are no messages. The connection cannot go on after one.
public enum FramingError: Error, Hashable, Sendable {
    /// The length word is less than a header takes.
    case tooShort(Int)
    /// The length word is more than the peer may send now.
    case tooLong(length: Int, limit: Int)
    /// The header has a kind or a status without a meaning.
    case badHeader(XDRError)
    /// More descriptors are announced than a message may have.
    case tooManyDescriptors(Int)
    /// A descriptor that was announced did not come with its byte.
    case missingDescriptor
    /// Descriptors came that nothing announced.
    case unexpectedDescriptors(Int)
}

extension FramingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let length): "message of \(length) bytes is too short"
        case .tooLong(let length, let limit): "message of \(length) bytes is over the limit of \(limit)"
        case .badHeader: "message header is malformed"
        case .tooManyDescriptors(let count): "message with \(count) file descriptors"
        case .missingDescriptor: "file descriptor is missing"
        case .unexpectedDescriptors(let count): "\(count) file descriptors came unasked"
        }
    }
}
