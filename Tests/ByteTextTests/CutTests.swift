import ByteText
import Testing

/// Letters that join an ASCII letter beside them to one Character.
let joiners = (before: "\u{600}", after: "\u{301}")

@Suite("Text is found and cut by its bytes")
struct CutTests {
    @Test("a letter that another one joins is still found", arguments: [",", "/", "\\", "=", ":", "%"])
    func find(_ text: String) throws {
        for joined in [joiners.before + text, text + joiners.after, joiners.before + text + joiners.after] {
            #expect(joined.contains(anyByteOf: text))
            #expect(joined.contains(bytesOf: text))
        }
    }

    @Test("a line that ends in CR LF ends in LF")
    func lineEnds() {
        #expect("a\r\nb".contains(byte: "\n"))
        #expect("a\r\nb".split(atByte: "\n") == ["a\r", "b"])
        #expect(" a\r\n".trimmingBlanks() == "a")
    }

    @Test("bytes are replaced wherever they stand")
    func replaceBytes() {
        #expect("%s: %s%".replacing(bytesOf: "%s", with: "a") == "a: a%")
        #expect(("%s" + joiners.after).replacing(bytesOf: "%s", with: "") == joiners.after)
        #expect("abc".replacing(bytesOf: "", with: "x") == "abc")
    }

    @Test("parts are what stands between the bytes, whatever joins them")
    func split() {
        let text = "a,\u{301}b,,c\u{600},"
        #expect(text.split(atByte: ",") == ["a", "\u{301}b", "c\u{600}"])
        #expect(text.split(atByte: ",", omittingEmptySubsequences: false).count == 5)
        #expect(text.split(atByte: ",", maxSplits: 1).map { String($0) } == ["a", "\u{301}b,,c\u{600},"])
        let parts = text.cut(atByte: ",")
        #expect(parts?.before == "a")
        #expect(parts?.after.hasSameBytes(as: "\u{301}b,,c\u{600},") == true)
        #expect("a/b/\u{301}c".cut(atLastByte: "/")?.after.hasSameBytes(as: "\u{301}c") == true)
        #expect("abc".cut(atByte: ",") == nil)
    }

    @Test("starts and ends are dropped by their bytes")
    func ends() {
        #expect("--\u{301}x".droppingBytePrefix("--")?.hasSameBytes(as: "\u{301}x") == true)
        #expect("name\u{600}.xml".droppingByteSuffix(".xml")?.hasSameBytes(as: "name\u{600}") == true)
        #expect("xml".droppingByteSuffix(".xml") == nil)
        #expect("a".droppingBytePrefix("ab") == nil)
        #expect("a".hasBytePrefix("") && "a".hasByteSuffix(""))
        #expect(!"\u{E9}".hasBytePrefix("e"))
    }

    @Test("replacing doubles every byte, and leaves the others")
    func replace() {
        #expect("\u{600},\u{301}".replacing(byte: ",", with: ",,").hasSameBytes(as: "\u{600},,\u{301}"))
        #expect("a\r\nb".replacing(byte: "\n", with: "").hasSameBytes(as: "a\rb"))
    }

    @Test("a text that is cut to a number of bytes keeps its letters whole")
    func prefixes() {
        #expect("éééé".prefix(bytes: 5) == "éé")
        #expect("abc".prefix(bytes: 100) == "abc")
        #expect("e\u{301}x".prefix(bytes: 2).hasSameBytes(as: "e"))
    }

    @Test("blanks are ASCII's")
    func blanks() {
        #expect(" a\t b \n".splitAtBlanks() == ["a", "b"])
        #expect("\u{A0}a ".trimmingBlanks() == "\u{A0}a")
        #expect(" 1 - 2 ".removingBlanks() == "1-2")
        #expect("  ".trimmingBlanks().isEmpty)
    }
}

@Suite("Names are the same only byte for byte")
struct ByteNameTests {
    @Test("the two spellings of é are two keys, though Swift calls the texts equal")
    func spellings() {
        let names: [ByteName: Int] = [ByteName("\u{E9}"): 1, ByteName("e\u{301}"): 2]
        #expect("\u{E9}" == "e\u{301}")
        #expect(names.count == 2)
        #expect(names[ByteName("e\u{301}")] == 2)
        #expect(Set(["K", "\u{212A}"].map { ByteName($0) }).count == 2)
    }

    @Test("they are sorted by their bytes")
    func order() {
        #expect(
            ["b", "\u{E9}", "a", "e\u{301}"].map { ByteName($0) }.sorted().map(\.text.utf8.count) == [
                1, 1, 3, 2,
            ])
    }
}
