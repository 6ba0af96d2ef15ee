import XDR

/// Whole messages as bytes: length, header, payload.
public enum MessageFrame {
    /// The bytes of a message, its length word first.
    ///
    /// `files` counts the descriptors that travel with it; the header's kind must be one that carries them.
    public static func encode<Payload: XDRValue>(
        _ header: MessageHeader, files: Int = 0, _ payload: Payload
    ) throws(XDRError) -> [UInt8] {
        try encode(header, files: files) { (x: inout XDRCoder) throws(XDRError) in
            var value = payload
            try value.code(&x)
        }
    }

    /// The bytes of a message whose payload `write` puts there.
    public static func encode(
        _ header: MessageHeader, files: Int = 0, write: (inout XDRCoder) throws(XDRError) -> Void
    ) throws(XDRError) -> [UInt8] {
        var x = XDRCoder(capacity: 128)
        var length: UInt32 = 0
        try x.uint32(&length)
        var head = header
        try head.code(&x)
        if header.kind.carriesFiles {
            var count = UInt32(clamping: files)
            try x.uint32(&count)
        }
        try write(&x)
        guard x.bytes.count <= MessageLimit.message else {
            throw .tooLong(length: x.bytes.count, limit: MessageLimit.message)
        }
        x.patch(UInt32(clamping: x.bytes.count), at: 0)
        return x.bytes
    }

    /// The bytes of a message whose payload is there already: stream data.
    public static func encode(_ header: MessageHeader, bytes: [UInt8]) -> [UInt8] {
        let frame = try? encode(header) { (x: inout XDRCoder) in x.appendRaw(bytes) }
        return frame ?? []
    }
}
