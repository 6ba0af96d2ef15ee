import XDR

/// The first 24 bytes of every message, after its length.
public struct MessageHeader: XDRValue, Hashable {
    /// What kind of message it is (`virNetMessageType`).
    public enum Kind: Int32, Sendable {
        case call = 0
        case reply = 1
        /// An event, or keepalive: nobody answers it.
        case message = 2
        case stream = 3
        case callWithFiles = 4
        case replyWithFiles = 5
        case streamHole = 6

        /// Whether a count of descriptors follows the header.
        public var carriesFiles: Bool { self == .callWithFiles || self == .replyWithFiles }
    }

    /// How it went (`virNetMessageStatus`).
    public enum Status: Int32, Sendable {
        case ok = 0
        case error = 1
        /// More stream data follow.
        case `continue` = 2
    }

    public var program: UInt32
    public var version: UInt32
    public var procedure: Int32
    public var kind: Kind
    /// The caller's number for the call; replies and stream packets repeat it.
    public var serial: UInt32
    public var status: Status

    /// How many bytes a header takes.
    public static let size = 24

    public init() { self.init(program: 0, version: 0, procedure: 0, kind: .call, serial: 0, status: .ok) }

    public init(
        program: UInt32, version: UInt32 = 1, procedure: Int32, kind: Kind, serial: UInt32,
        status: Status = .ok
    ) {
        self.program = program
        self.version = version
        self.procedure = procedure
        self.kind = kind
        self.serial = serial
        self.status = status
    }

    public mutating func code(_ x: inout XDRCoder) throws(XDRError) {
        try x.uint32(&program)
        try x.uint32(&version)
        try x.int32(&procedure)
        var number = kind.rawValue
        try x.int32(&number)
        guard let kind = Kind(rawValue: number) else { throw .unknownCase(number) }
        self.kind = kind
        try x.uint32(&serial)
        number = status.rawValue
        try x.int32(&number)
        guard let status = Status(rawValue: number) else { throw .unknownCase(number) }
        self.status = status
    }
}

/// The protocol's limits on messages, in bytes.
public enum MessageLimit {
    /// The word that holds a message's length, itself counted.
    public static let lengthWord = 4
    /// The largest message, its length word counted.
    public static let message = 33_554_432 + 4
    /// The largest message before a client is authenticated.
    public static let unauthenticated = 65_536
    /// The largest payload of a stream packet that every libvirt takes.
    public static let streamPayload = 262_120
    /// The most descriptors with one message.
    public static let files = 32
}

/// The program that keeps idle connections alive: messages PING and PONG, serial 0, no payload.
public enum KeepaliveProgram {
    public static let number: UInt32 = 0x6b65_6570
    public static let version: UInt32 = 1
    public static let ping: Int32 = 1
    public static let pong: Int32 = 2
}
