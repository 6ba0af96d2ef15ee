import Foundation
import RemoteProtocol
import Testing
import XDR

/// What Debian's virsh and libvirtd said to each other, as `make vectors` wrote it down: after `>` or `<` the
/// program, the procedure and the whole message in hexadecimal.
@Test("every message of the project's own recording decodes and encodes back to the same bytes")
func ownRecording() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors")
    let text = try String(contentsOf: folder.appendingPathComponent("libvirt-9.0.0.txt"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix(">") || $0.hasPrefix("<") }
    #expect(lines.count > 300)
    for line in lines {
        let message = bytes(fromHex: String(line.split(separator: " ").last ?? ""))
        #expect(try recodedMessage(message) == message, "\(line.prefix(24))")
    }
}
