import CLinux

/// What a descriptor is watched for, or has become ready for.
public struct ReadyEvents: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, or the end.
    public static let readable = ReadyEvents(rawValue: CLINUX_EPOLLIN)
    /// There is room to write.
    public static let writable = ReadyEvents(rawValue: CLINUX_EPOLLOUT)
    /// The peer will write no more.
    public static let peerClosed = ReadyEvents(rawValue: CLINUX_EPOLLRDHUP)
    /// Both directions are gone. Reported whether it was asked for or not.
    public static let hangUp = ReadyEvents(rawValue: CLINUX_EPOLLHUP)
    /// An error stands on the descriptor. Reported whether it was asked for or not.
    public static let error = ReadyEvents(rawValue: CLINUX_EPOLLERR)
    /// Report each change once, rather than as long as it lasts.
    public static let edgeTriggered = ReadyEvents(rawValue: CLINUX_EPOLLET)
}
