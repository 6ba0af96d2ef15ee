import ByteText
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "the examples of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(text: String, letters: String) {
        #expect(Base64.encode(Array(text.utf8)) == Array(letters.utf8))
        #expect(Base64.decode(letters.utf8) == Array(text.utf8))
    }

    @Test("every byte comes back")
    func everyByte() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }

    @Test("what is no letter is passed over, and half a group is left out")
    func lenient() {
        #expect(Base64.decode("aGVs\nbG8=\n".utf8) == Array("hello".utf8))
        #expect(Base64.decode("aGVs###bG8=".utf8) == Array("hello".utf8))
        #expect(Base64.decode("aGVsbG8".utf8) == Array("hel".utf8))
        #expect(Base64.decode("!!!".utf8) == [])
    }
}
