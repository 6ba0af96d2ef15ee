import RemoteProtocol
import Virt
import XDR

/// Decodes the messages of one procedure and encodes them again.
struct MessageCodec: Sendable {
    let api: String
    let arguments: @Sendable ([UInt8]) throws -> [UInt8]
    let reply: @Sendable ([UInt8]) throws -> [UInt8]

    init<Arguments: XDRValue, Reply: XDRValue>(_ api: String, _: Arguments.Type, _: Reply.Type) {
        self.api = api
        arguments = { try recoded($0, as: Arguments.self) }
        reply = { try recoded($0, as: Reply.self) }
    }
}

/// The bytes after a decoding, which must use all of them, and an encoding.
func recoded<T: XDRValue>(_ bytes: [UInt8], as: T.Type) throws -> [UInt8] {
    var reader = XDRCoder(reading: bytes)
    var value = T()
    try value.code(&reader)
    try reader.finish()
    var writer = XDRCoder()
    try value.code(&writer)
    return writer.bytes
}
