import LinuxSystem
import RemoteProtocol
import XDR

/// One message of the protocol with the descriptors that travel with it.
///
/// It keeps the bytes as they stand on the wire, so that neither way needs to copy them apart.
public struct Packet: Sendable {
    public let header: MessageHeader
    public let descriptors: [Descriptor]
    /// The whole message: length, header, count of descriptors where there is one, payload.
    public let bytes: [UInt8]
    /// Where the payload begins in `bytes`.
    public let payloadStart: Int

    /// A message whose payload `write` puts together. `tooLong` when it grows past the protocol's limit.
    public init(
        _ header: MessageHeader, descriptors: [Descriptor] = [], capacity: Int = 64,
        writing write: (inout XDRCoder) throws(XDRError) -> Void
    ) throws(XDRError) {
        var coder = XDRCoder(capacity: MessageLimit.lengthWord + MessageHeader.size + 4 + capacity)
        var length: UInt32 = 0
        var header = header
        try coder.uint32(&length)
        try coder.value(&header)
        if header.kind.carriesFiles {
            guard descriptors.count <= MessageLimit.files else {
                throw .tooLong(length: descriptors.count, limit: MessageLimit.files)
            }
            var count = UInt32(descriptors.count)
            try coder.uint32(&count)
        }
        payloadStart = coder.bytes.count
        try write(&coder)
        guard coder.bytes.count <= MessageLimit.message else {
            throw .tooLong(length: coder.bytes.count, limit: MessageLimit.message)
        }
        coder.patch(UInt32(coder.bytes.count), at: 0)
        self.header = header
        self.descriptors = header.kind.carriesFiles ? descriptors : []
        bytes = coder.bytes
    }

    /// A message that carries one value.
    public init(
        _ header: MessageHeader, _ value: some XDRValue, descriptors: [Descriptor] = []
    ) throws(XDRError) {
        var value = value
        try self.init(header, descriptors: descriptors) { (coder: inout XDRCoder) throws(XDRError) in
            try value.code(&coder)
        }
    }

    /// A message with a payload of raw bytes, as stream data are. What is past the limit is cut off, so keep
    /// below `MessageLimit.streamPayload`.
    public init(_ header: MessageHeader, payload: some Collection<UInt8> = []) {
        var bytes: [UInt8] = []
        let room = MessageLimit.message - MessageLimit.lengthWord - MessageHeader.size - 4
        let payload = payload.prefix(room)
        bytes.reserveCapacity(32 + payload.count)
        for word in header.words(length: 0) { bytes.append(bigEndian: word) }
        if header.kind.carriesFiles { bytes.append(bigEndian: 0) }
        payloadStart = bytes.count
        bytes.append(contentsOf: payload)
        let length = UInt32(clamping: bytes.count)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(index))) }
        self.header = header
        self.descriptors = []
        self.bytes = bytes
    }

    /// A message as it was received.
    init(header: MessageHeader, descriptors: [Descriptor], bytes: [UInt8], payloadStart: Int) {
        self.header = header
        self.descriptors = descriptors
        self.bytes = bytes
        self.payloadStart = payloadStart
    }

    /// What follows the header.
    public var payload: ArraySlice<UInt8> { bytes[payloadStart...] }

    /// A coder that stands at the payload's begin.
    public func reader() -> XDRCoder { XDRCoder(reading: bytes, from: payloadStart) }

    /// The payload as one value, which it must be to the last byte.
    public func decode<Value: XDRValue>(_ type: Value.Type = Value.self) throws(XDRError) -> Value {
        var coder = reader()
        var value = Value()
        try value.code(&coder)
        try coder.finish()
        return value
    }
}

extension MessageHeader {
    /// The words of a message without descriptors up to its payload.
    fileprivate func words(length: UInt32) -> [UInt32] {
        [
            length, program, version, UInt32(bitPattern: procedure), UInt32(bitPattern: kind.rawValue),
            serial,
            UInt32(bitPattern: status.rawValue),
        ]
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian word: UInt32) {
        Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
    }
}
