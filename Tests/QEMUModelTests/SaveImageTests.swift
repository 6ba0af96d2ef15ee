import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

@Suite("The file that a guest's state is in")
struct SaveImageTests {
    private func image() throws -> SaveImage {
        let cookie = SaveCookie(
            cpu: try GuestCPU(xml: "<cpu mode='custom'><model>qemu64</model></cpu>"), usesSlirpHelper: true)
        return try SaveImage(xml: "<domain/>\n", cookie: cookie, isRunning: true, format: .gzip)
    }

    /// The bytes of a whole file up to QEMU's words.
    private func bytes() throws -> [UInt8] {
        var image = try image()
        image.header.isWhole = true
        return try image.bytes()
    }

    private func read(_ bytes: [UInt8]) throws -> SaveImage {
        let header = try SaveImageHeader(Array(bytes.prefix(SaveImageHeader.length)))
        return try SaveImage(header, data: Array(bytes.dropFirst(SaveImageHeader.length)))
    }

    @Test("what is written is read, and is as long as it says")
    func roundTrip() throws {
        let found = try read(bytes())
        #expect(found.xml == "<domain/>\n")
        #expect(found.cookie == (try image().cookie))
        #expect(found.header.isRunning && found.header.format == .gzip && found.header.isWhole)
        #expect(try bytes().count == Int(found.header.stateOffset))
    }

    @Test("a file that isn't whole, or is none, is refused")
    func refusals() throws {
        let whole = try bytes()
        func expect(_ message: String, _ change: (inout [UInt8]) -> Void) {
            var bytes = whole
            change(&bytes)
            #expect(throws: SaveImageError(message)) { try read(bytes) }
        }
        expect("failed to read qemu header") { $0 = Array($0.prefix(91)) }
        expect("image magic is incorrect") { $0[0] = 0 }
        expect("save image is incomplete") { $0.replaceSubrange(12..<16, with: Array("Part".utf8)) }
        expect("image version is not supported (150994944 > 2)") { $0[16] = 9 }
        expect("invalid header data length: 0") { $0.replaceSubrange(20..<24, with: [0, 0, 0, 0]) }
        expect("invalid header data length: -1") { $0.replaceSubrange(20..<24, with: [255, 255, 255, 255]) }
        expect("unsupported save image format: 9") { $0[28] = 9 }
        expect("failed to read domain XML") { $0 = Array($0.prefix(500)) }
        #expect(throws: SaveImageError("save image is incomplete")) { try read(image().bytes()) }
    }

    @Test("a file of a host with the other byte order is read")
    func otherOrder() throws {
        var bytes = try bytes()
        for index in 0..<5 { bytes[(16 + index * 4)..<(20 + index * 4)].reverse() }
        #expect(try read(bytes).xml == "<domain/>\n")
    }

    @Test("a cookie's place that lies outside is none, and a document without an end is its data")
    func hostile() throws {
        var bytes = try bytes()
        bytes.replaceSubrange(32..<36, with: [255, 255, 255, 127])
        #expect(try read(bytes).cookie == nil)
        for index in SaveImageHeader.length..<bytes.count { bytes[index] = 0x41 }
        #expect(try read(bytes).xml.utf8.count == bytes.count - SaveImageHeader.length)
    }

    @Test("another document finds the room that was kept, and no more")
    func room() throws {
        var image = try image()
        let length = try image.bytes().count
        image.xml = "<domain>" + String(repeating: "x", count: 60_000) + "</domain>"
        #expect(try image.bytes().count == length)
        image.xml = String(repeating: "x", count: 70_000)
        #expect(throws: SaveImageError("new xml too large to fit in file")) { try image.bytes() }
    }
}
