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
    public init(_ header: MessageHeader, payload: ArraySlice<UInt8>) {
        let start = MessageLimit.lengthWord + MessageHeader.size + (header.kind.carriesFiles ? 4 : 0)
        let payload = payload.prefix(MessageLimit.message - start)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(start + payload.count)
        bytes.append(bigEndian: UInt32(clamping: start + payload.count))
        bytes.append(bigEndian: header.program)
        bytes.append(bigEndian: header.version)
        bytes.append(bigEndian: UInt32(bitPattern: header.procedure))
        bytes.append(bigEndian: UInt32(bitPattern: header.kind.rawValue))
        bytes.append(bigEndian: header.serial)
        bytes.append(bigEndian: UInt32(bitPattern: header.status.rawValue))
        if header.kind.carriesFiles { bytes.append(bigEndian: 0) }
        bytes.append(contentsOf: payload)
        self.init(header: header, descriptors: [], bytes: bytes, payloadStart: start)
    }

    /// A message with these bytes as its payload.
    public init(_ header: MessageHeader, payload: [UInt8] = []) {
        self.init(header, payload: payload[...])
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

extension [UInt8] {
    fileprivate mutating func append(bigEndian word: UInt32) {
        Swift.withUnsafeBytes(of: word.bigEndian) { append(contentsOf: $0) }
    }
}
