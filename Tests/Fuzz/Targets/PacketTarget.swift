import RemoteProtocol
import XDR

private let programs = [
    MessageCodec.remote, MessageCodec.qemu, MessageCodec.lxc, MessageCodec.admin, MessageCodec.roost,
].map {
    table in table.sorted { $0.key < $1.key }.map(\.value)
}

/// The first byte chooses a program and the next two a procedure, so that every input reaches a decoder; the rest
/// is read as a header, as arguments and as a reply.
func takePacket(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let codecs = programs[Int(input[0]) % programs.count]
    guard !codecs.isEmpty else { return }
    let codec = codecs[(Int(input[1]) << 8 | Int(input[2])) % codecs.count]
    let body = Array(input.dropFirst(3))
    checkStable(body, "header") { try recoded($0, as: MessageHeader.self) }
    checkStable(body, "error") { try recoded($0, as: RemoteError.self) }
    checkStable(body, "\(codec.api), arguments", codec.arguments)
    checkStable(body, "\(codec.api), reply", codec.reply)
}

private func checkStable(
    _ body: [UInt8], _ name: @autoclosure () -> String, _ recode: ([UInt8]) throws -> [UInt8]
) {
    guard let once = try? recode(body) else { return }
    guard let twice = try? recode(once), twice == once else {
        fatalError("\(name()): what was written doesn't read the same")
    }
}
