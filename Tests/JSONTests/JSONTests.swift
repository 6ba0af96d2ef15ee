import Testing

@testable import JSON

@Suite struct JSONTests {
    @Test("an object keeps the order of its members")
    func order() throws {
        let text = #"{"driver":"virtio-blk-pci","bus":"pci.0","addr":"0x4","bootindex":1,"x":[true,null,-2]}"#
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test("integers keep their full range")
    func integers() throws {
        let value = try JSONValue(
            parsing: "[18446744073709551615,9223372036854775807,-9223372036854775808,0]")
        #expect(value[0]?.uint == .max)
        #expect(value[1]?.int == .max)
        #expect(value[2]?.int == .min)
        #expect(value[2]?.uint == nil)
        #expect(value.description == "[18446744073709551615,9223372036854775807,-9223372036854775808,0]")
    }

    @Test("strings are escaped and read back")
    func strings() throws {
        let value: JSONValue = .string("a\"b\\c\n\t\u{1}\u{1F}ü𝄞/")
        #expect(value.description == "\"a\\\"b\\\\c\\n\\t\\u0001\\u001fü𝄞/\"")
        #expect(try JSONValue(parsing: value.description) == value)
        #expect(try JSONValue(parsing: #""\u0000x""#) == .string("\0x"))
    }

    @Test("a stream is read in pieces of any size", arguments: [1, 2, 3, 7, 100])
    func stream(size: Int) throws {
        let bytes = Array(#"{"a":1}  12 "x" {"b":[1,2]} "#.utf8)
        var reader = JSONReader()
        var values: [JSONValue] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(bytes[start..<min(start + size, bytes.count)])
            while let value = try reader.next() { values.append(value) }
        }
        #expect(values == [["a": 1], 12, "x", ["b": [1, 2]]])
    }

    @Test(
        "what isn't JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\" 1}", "tru", "nul", "\"\u{1}", "1 2", "{\"a\":1}}", "[1 2]", "+1",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("numbers that JSON has no word for are null", arguments: ["NaN", "-Infinity", "1e999"])
    func notFinite(_ text: String) throws {
        let value = try JSONValue(parsing: "[\(text)]")
        #expect(value == [nil])
        #expect(try JSONValue(parsing: value.encoded) == value)
    }

    @Test("bytes that aren't UTF-8 are refused")
    func encoding() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0xFE, 0x22]) }
    }

    @Test("depth and length are bounded")
    func bounds() {
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: deep) }
        #expect(throws: JSONError.tooLong(limit: 10)) {
            try JSONValue(parsing: "\"0123456789012345\"".utf8, limit: 10)
        }
    }

    @Test("optional members are left out")
    func optional() {
        var object = JSONObject()
        object.add("a", Optional<String>.none)
        object.add("b", 3)
        object.add("c", true)
        #expect(JSONValue.object(object).description == #"{"b":3,"c":true}"#)
        object["b"] = nil
        #expect(object.keys == ["c"])
    }
}
