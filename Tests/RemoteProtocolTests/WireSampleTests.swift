import Foundation
import PublishedData
import RemoteProtocol
import Testing
import XDR

/// Real messages between real clients and servers, if the reference data are there.
private struct Samples: Decodable {
    struct Message: Decodable {
        var from: String
        var `protocol`: String
        var proc: String
        var hex: String
    }
    var messages: [Message]

    /// They stand beside the published data.
    static let file = Published.root.map { $0 + "/../facts/wire-samples.json" }
    static let areThere = file.map(FileManager.default.fileExists(atPath:)) ?? false

    static func load() throws -> Samples {
        try JSONDecoder().decode(Samples.self, from: Data(contentsOf: URL(fileURLWithPath: file ?? "")))
    }
}

func bytes(fromHex text: String) -> [UInt8] {
    var result: [UInt8] = []
    var high: UInt8?
    for character in text {
        guard let digit = character.hexDigitValue.map(UInt8.init) else { continue }
        if let first = high {
            result.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return result
}

@Test(
    "every recorded message decodes and encodes back to the same bytes",
    .needs(Samples.areThere, "no recorded messages are beside libvirt's published test data"))
func recordedMessages() throws {
    let samples = try Samples.load()
    #expect(samples.messages.count > 300)
    for sample in samples.messages {
        let message = bytes(fromHex: sample.hex)
        #expect(
            try recodedMessage(message) == message, "\(sample.protocol) \(sample.proc) from \(sample.from)")
    }
}

/// A whole message, length word included, decoded and encoded.
func recodedMessage(_ message: [UInt8]) throws -> [UInt8] {
    var reader = XDRCoder(reading: message, from: 4)
    var header = MessageHeader()
    try header.code(&reader)
    var writer = XDRCoder()
    var length = UInt32(message.count)
    try writer.uint32(&length)
    try header.code(&writer)
    if header.kind.carriesFiles {
        var count: UInt32 = 0
        try reader.uint32(&count)
        try writer.uint32(&count)
    }
    let payload = Array(message[reader.position...])
    return writer.bytes + (try recodedPayload(payload, header))
}

private func recodedPayload(_ payload: [UInt8], _ header: MessageHeader) throws -> [UInt8] {
    let tables: [UInt32: [Int32: MessageCodec]] = [
        RemoteProgram.number: MessageCodec.remote, QemuProgram.number: MessageCodec.qemu,
        LxcProgram.number: MessageCodec.lxc, AdminProgram.number: MessageCodec.admin,
        RoostProgram.number: MessageCodec.roost,
    ]
    switch (header.kind, header.status) {
    case (.stream, .ok), (.stream, .continue): return payload
    case (.streamHole, _): return try recoded(payload, as: StreamHole.self)
    case (.reply, .error), (.stream, .error), (.replyWithFiles, .error):
        return try recoded(payload, as: RemoteError.self)
    case (.message, _) where header.program == KeepaliveProgram.number: return payload
    case (.message, _): return try recodedEvent(payload, header)
    default:
        let codec = try #require(tables[header.program]?[header.procedure])
        let isCall = header.kind == .call || header.kind == .callWithFiles
        return try (isCall ? codec.arguments : codec.reply)(payload)
    }
}

private func recodedEvent(_ payload: [UInt8], _ header: MessageHeader) throws -> [UInt8] {
    let message = try #require(
        EventMessage.all.first {
            $0.program == header.program && ($0.legacy == header.procedure || $0.callback == header.procedure)
        })
    var reader = XDRCoder(reading: payload)
    let (callbackID, event) = try message.decodeMessage(header.procedure, &reader)
    try reader.finish()
    var writer = XDRCoder()
    if let callbackID { try message.encodePrefix(callbackID: callbackID, &writer) }
    try event.encode(&writer)
    return writer.bytes
}
