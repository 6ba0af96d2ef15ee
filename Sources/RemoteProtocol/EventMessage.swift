import Virt
import XDR

/// The forms that one event has on the wire.
public struct EventMessage: Sendable {
    public let program: UInt32
    /// What a client registers for; nil where it doesn't.
    public let kind: EventKind?
    /// The procedure for clients that registered without a callback's number.
    public let legacy: Int32?
    /// The procedure for clients that registered with one, which is sent first.
    public let callback: Int32?
    /// Whether a reason, always zero, stands between callback and payload.
    public let hasReason: Bool
    /// Reads the payload.
    public let decode: @Sendable (inout XDRCoder) throws(XDRError) -> Event

    init(
        _ program: UInt32, kind: EventKind?, legacy: Int32?, callback: Int32?, hasReason: Bool,
        decode: @escaping @Sendable (inout XDRCoder) throws(XDRError) -> Event
    ) {
        self.program = program
        self.kind = kind
        self.legacy = legacy
        self.callback = callback
        self.hasReason = hasReason
        self.decode = decode
    }

    /// Writes what comes before the payload for a client with a callback's number.
    public func encodePrefix(callbackID: Int32, _ x: inout XDRCoder) throws(XDRError) {
        var words = hasReason ? [callbackID, 0] : [callbackID]
        for index in words.indices { try x.int32(&words[index]) }
    }

    /// Reads a whole message of procedure `number`: the callback's number, if it has one, and the event.
    public func decodeMessage(_ number: Int32, _ x: inout XDRCoder) throws(XDRError) -> (
        callbackID: Int32?, event: Event
    ) {
        guard number == callback else { return (nil, try decode(&x)) }
        var callbackID: Int32 = 0
        try x.int32(&callbackID)
        if hasReason {
            var reason: Int32 = 0
            try x.int32(&reason)
        }
        return (callbackID, try decode(&x))
    }
}

extension EventMessage {
    /// The event that procedure `procedure` of a program carries.
    public static func find(program: UInt32, procedure: Int32) -> EventMessage? {
        all.first { $0.program == program && ($0.legacy == procedure || $0.callback == procedure) }
    }
}
