import RemoteProtocol
import XDR

/// The packets of one stream: they repeat program, procedure and serial of the call that opened it.
public struct StreamPackets: Hashable, Sendable {
    public let program: UInt32
    public let version: UInt32
    public let procedure: Int32
    public let serial: UInt32

    /// The stream that a call with this header opens.
    public init(opening call: MessageHeader) {
        program = call.program
        version = call.version
        procedure = call.procedure
        serial = call.serial
    }

    /// Whether a packet belongs to the stream.
    public func contains(_ header: MessageHeader) -> Bool {
        header.serial == serial && header.program == program && header.procedure == procedure
            && (header.kind == .stream || header.kind == .streamHole)
    }

    /// Data, in as many packets as every libvirt takes. None for no bytes: an empty packet is an end.
    public func data(_ bytes: ArraySlice<UInt8>) -> [Packet] {
        var packets: [Packet] = []
        var rest = bytes
        while !rest.isEmpty {
            packets.append(Packet(header(.continue), payload: rest.prefix(MessageLimit.streamPayload)))
            rest = rest.dropFirst(MessageLimit.streamPayload)
        }
        return packets
    }

    /// Data, in as many packets as every libvirt takes.
    public func data(_ bytes: [UInt8]) -> [Packet] { data(bytes[...]) }

    /// The server's sign that it has no more data.
    public var endOfData: Packet { Packet(header(.continue)) }

    /// The end that all went well, or the confirmation of it.
    public var finish: Packet { Packet(header(.ok)) }

    /// The client's abort, or the confirmation of it.
    public var abort: Packet { Packet(header(.error)) }

    /// The server's error, which ends the stream.
    public func failure(_ error: some XDRValue) throws(XDRError) -> Packet {
        try Packet(header(.error), error)
    }

    /// A stretch of zeros that is not sent.
    public func hole(length: Int64, flags: UInt32 = 0) throws(XDRError) -> Packet {
        var (length, flags) = (length, flags)
        return try Packet(header(.continue, kind: .streamHole)) { (coder: inout XDRCoder) throws(XDRError) in
            try coder.int64(&length)
            try coder.uint32(&flags)
        }
    }

    private func header(
        _ status: MessageHeader.Status, kind: MessageHeader.Kind = .stream
    ) -> MessageHeader {
        MessageHeader(
            program: program, version: version, procedure: procedure, kind: kind, serial: serial,
            status: status)
    }
}
