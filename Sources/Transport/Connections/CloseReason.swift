import LinuxSystem

/// Why a connection ended.
public enum CloseReason: Error, Hashable, Sendable {
    /// This side closed it.
    case local
    /// The peer closed it.
    case peer
    /// The peer was silent for too long.
    case keepalive
    /// The peer read too slowly, and more waited for it than may.
    case outputLimit
    /// What came was no message.
    case framing(FramingError)
    /// The system reported an error.
    case system(SystemError)
}

extension CloseReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .local: "closed"
        case .peer: "end of file from the peer"
        case .keepalive: "connection closed due to keepalive timeout"
        case .outputLimit: "the peer reads too slowly"
        case .framing(let error): error.description
        case .system(let error): error.description
        }
    }
}
