import LinuxSystem
import RemoteProtocol
import XDR

/// Cuts a stream of bytes, with descriptors among them, into packets. It does no input of its own.
///
/// Lengths are checked before anything is kept, and what is kept grows with the bytes that really came: a
/// length word alone costs nothing.
public struct PacketFramer: Sendable {
    /// The largest message taken, its length word counted. Raise it once the peer is authenticated.
    public var limit: Int

    /// The begin of a message that is not complete.
    private var partial: [UInt8] = []
    /// Descriptors that came and belong to no packet yet.
    private var waiting: [Descriptor] = []
    /// A packet whose descriptors are still to come.
    private var unfinished: Unfinished?

    private struct Unfinished {
        let header: MessageHeader
        let bytes: [UInt8]
        let count: Int
        var descriptors: [Descriptor] = []
    }

    public init(limit: Int = MessageLimit.message) {
        self.limit = limit
    }

    /// Whether the stream stands between two packets.
    public var isBetweenPackets: Bool { partial.isEmpty && unfinished == nil }

    /// How many bytes are kept of a message that isn't complete.
    var kept: Int { partial.count + (unfinished?.bytes.count ?? 0) }

    /// Takes what one read gave and adds the packets that are complete now to `packets`. After an error the
    /// stream has no meaning; the packets before it stand.
    public mutating func receive(
        _ bytes: UnsafeRawBufferPointer, descriptors: [Descriptor] = [], into packets: inout [Packet]
    ) throws(FramingError) {
        waiting += descriptors
        var rest = bytes[...]
        while !rest.isEmpty {
            if unfinished != nil { try takeDescriptor(&rest) } else { try takeBytes(&rest) }
            finish(into: &packets)
        }
        if !waiting.isEmpty { throw .unexpectedDescriptors(waiting.count) }
    }

    /// Takes bytes of a message: the length word first, then the rest.
    private mutating func takeBytes(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(FramingError) {
        if partial.isEmpty, let length = try checkedLength(rest), rest.count >= length {
            // The usual case: all of it came with this read.
            unfinished = try parse(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
            return
        }
        try keep(&rest, upTo: MessageLimit.lengthWord)
        guard let length = try checkedLength(partial) else { return }
        try keep(&rest, upTo: length)
        if partial.count == length {
            defer { partial = [] }
            unfinished = try parse(partial)
        }
    }

    private mutating func keep(
        _ rest: inout Slice<UnsafeRawBufferPointer>, upTo count: Int
    ) throws(FramingError) {
        let wanted = rest.prefix(max(0, count - partial.count))
        partial.append(contentsOf: wanted)
        rest = rest.dropFirst(wanted.count)
    }

    /// The length that a message begins with; nil when its word is not complete.
    private func checkedLength(_ bytes: some Collection<UInt8>) throws(FramingError) -> Int? {
        let word = bytes.prefix(MessageLimit.lengthWord)
        guard word.count == MessageLimit.lengthWord else { return nil }
        let length = Int(word.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard length >= MessageLimit.lengthWord + MessageHeader.size else { throw .tooShort(length) }
        guard length <= limit else { throw .tooLong(length: length, limit: limit) }
        return length
    }

    /// Reads the header of a complete message, and how many descriptors follow it.
    private func parse(_ bytes: [UInt8]) throws(FramingError) -> Unfinished {
        var coder = XDRCoder(reading: bytes, from: MessageLimit.lengthWord)
        var header = MessageHeader()
        var count: UInt32 = 0
        do throws(XDRError) {
            try header.code(&coder)
            if header.kind.carriesFiles { try coder.uint32(&count) }
        } catch {
            throw .badHeader(error)
        }
        guard count <= UInt32(MessageLimit.files) else { throw .tooManyDescriptors(Int(count)) }
        return Unfinished(header: header, bytes: bytes, count: Int(count))
    }

    /// Takes one byte that stands for a descriptor.
    private mutating func takeDescriptor(
        _ rest: inout Slice<UnsafeRawBufferPointer>
    ) throws(FramingError) {
        guard !waiting.isEmpty else { throw .missingDescriptor }
        unfinished?.descriptors.append(waiting.removeFirst())
        rest = rest.dropFirst()
    }

    private mutating func finish(into packets: inout [Packet]) {
        guard let packet = unfinished, packet.descriptors.count == packet.count else { return }
        let start = MessageLimit.lengthWord + MessageHeader.size + (packet.header.kind.carriesFiles ? 4 : 0)
        packets.append(
            Packet(
                header: packet.header, descriptors: packet.descriptors, bytes: packet.bytes,
                payloadStart: start))
        unfinished = nil
    }
}
