import Testing
import XDR

@Suite("XDR")
struct XDRTests {
    @Test("numbers are big-endian and small ones take four bytes")
    func numbers() throws {
        var x = XDRCoder()
        var (a, b, c) = (Int32(-2), UInt64(5), UInt8(7))
        try x.int32(&a)
        try x.uint64(&b)
        try x.uint8(&c)
        #expect(x.bytes == [255, 255, 255, 254, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7])
    }

    @Test("strings are padded with zeros to four bytes", arguments: ["", "a", "abcd", "fünf"])
    func strings(text: String) throws {
        var writer = XDRCoder()
        var value = text
        try writer.string(&value)
        #expect(writer.bytes.count % 4 == 0)
        var reader = XDRCoder(reading: writer.bytes)
        var back = ""
        try reader.string(&back)
        try reader.finish()
        #expect(back == text)
    }

    @Test("a length that promises more than there is allocates nothing and is refused")
    func hugeLength() {
        var reader = XDRCoder(reading: [0, 64, 0, 0, 1, 2, 3, 4])
        var list: [String] = []
        #expect(throws: XDRError.truncated) { try reader.strings(&list, max: 1 << 24) }
    }

    @Test("a length over the protocol's limit is refused by name")
    func overLimit() {
        var reader = XDRCoder(reading: [0, 0, 0, 9] + Array(repeating: 0, count: 40))
        var list: [Int32] = []
        #expect(throws: XDRError.tooLong(length: 9, limit: 8)) { try reader.int32s(&list, max: 8) }
    }

    @Test("a string with a zero byte or bytes that are no UTF-8 is refused", arguments: [UInt8(0), 0xFF])
    func badStrings(byte: UInt8) {
        var reader = XDRCoder(reading: [0, 0, 0, 1, byte, 0, 0, 0])
        var text = ""
        #expect(throws: XDRError.malformedString) { try reader.string(&text) }
    }

    @Test("an optional is there whatever its word is but 0, as the C library has it")
    func otherPresence() throws {
        var reader = XDRCoder(reading: [1, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 0, 0, 0, 0, 0])
        var (text, other): (String?, String?) = (nil, "x")
        try reader.optionalString(&text)
        try reader.optionalString(&other)
        #expect(text == "a" && other == nil)
    }

    @Test("what doesn't fit in a narrow field is refused")
    func narrow() {
        var reader = XDRCoder(reading: [0, 0, 1, 0])
        var value: UInt8 = 0
        #expect(throws: XDRError.outOfRange(256)) { try reader.uint8(&value) }
    }
}
