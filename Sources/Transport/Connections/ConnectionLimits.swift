import RemoteProtocol

/// How much one connection may take of what all share.
public struct ConnectionLimits: Sendable {
    /// The largest message taken, its length word counted; to be raised by `setInputLimit`.
    public var input = MessageLimit.message
    /// How many bytes may wait for a slow peer before it loses the connection. The last message may go beyond it.
    public var output = 2 * MessageLimit.message
    /// How many descriptors may come with one message. A peer that sends more loses the connection.
    public var descriptors = MessageLimit.files
    /// What half messages and bytes that wait to be written count in; nothing is read while that is full.
    public var bytes: Allowance?

    public init() {}
}

/// Why nothing is read from a peer for a while.
public struct ReadingPause: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Its calls wait.
    public static let calls = ReadingPause(rawValue: 1)
    /// Data of its streams wait.
    public static let streams = ReadingPause(rawValue: 2)
    /// It, or all that share an allowance with it, keep too many bytes here.
    public static let room = ReadingPause(rawValue: 4)
}
