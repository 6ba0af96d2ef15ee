import Testing
import XMLBinding

private struct Shelf: XMLRoot {
    static let elementName: StaticString = "shelf"
    var kind: Kind = .plain
    var size: UInt32?
    var label: String?
    var books: [Book] = []
    var locked = false

    enum Kind: String, XMLWord { case plain, glass }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("kind", &kind, default: .plain)
        try x.attribute("size", &size)
        try x.value("label", &label)
        try x.flag("locked", &locked)
        try x.group("books") { (x) throws(XMLError) in try x.elements("book", &books) }
    }
}

private struct Book: XMLElement {
    var title = ""
    var pages: UInt16?

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("title", &title)
        try x.hex("pages", &pages, width: 4)
    }
}

@Suite struct XMLBindingTests {
    @Test("what is written reads back as it was")
    func roundTrip() throws {
        var shelf = Shelf()
        shelf.size = 7
        shelf.label = "a <'quoted'> & \"odd\" label"
        shelf.locked = true
        shelf.books = [Book(title: "one", pages: 255), Book(title: "two")]
        let text = try shelf.xml()
        #expect(
            text == """
                <shelf kind='plain' size='7'>
                  <label>a &lt;&apos;quoted&apos;&gt; &amp; &quot;odd&quot; label</label>
                  <locked/>
                  <books>
                    <book title='one' pages='0x00ff'/>
                    <book title='two'/>
                  </books>
                </shelf>

                """)
        #expect(try Shelf(xml: text) == shelf)
    }

    @Test("a group without content is not written")
    func emptyGroup() throws { #expect(try Shelf().xml() == "<shelf kind='plain'/>\n") }

    @Test("children are found in any order, and unknown ones don't matter")
    func order() throws {
        let shelf = try Shelf(xml: "<shelf><x y='1'/><locked/><label>l</label></shelf>")
        #expect(shelf.locked && shelf.label == "l" && shelf.kind == .plain)
    }

    @Test("an error names element, attribute, value and line")
    func fault() {
        let error = #expect(throws: XMLError.self) { try Shelf(xml: "<shelf\n size='-3'/>") }
        #expect(
            error?.message
                == "Invalid value for attribute 'size' in element 'shelf': '-3'. Expected non-negative integer value"
        )
        #expect(error?.element == "shelf" && error?.attribute == "size" && error?.value == "-3")
        #expect(error?.code == .xml)
    }

    @Test("a missing attribute is named")
    func missing() {
        let error = #expect(throws: XMLError.self) { try Shelf(xml: "<shelf><books><book/></books></shelf>") }
        #expect(error?.message == "Missing required attribute 'title' in element 'book'")
    }

    @Test("numbers that don't fit are refused", arguments: ["0x10000", "65536", "-1", "", "7x"])
    func overflow(_ text: String) {
        #expect(throws: XMLError.self) {
            try Shelf(xml: "<shelf><books><book title='t' pages='\(text)'/></books></shelf>")
        }
    }

    @Test("another root element is refused in libvirt's words")
    func root() {
        let error = #expect(throws: XMLError.self) { try Shelf(xml: "<other/>") }
        #expect(error?.message == "expecting root element of 'shelf', not 'other'")
    }

    @Test("a text that isn't XML is refused with the place")
    func malformed() {
        let error = #expect(throws: XMLError.self) { try Shelf(xml: "foo") }
        #expect(error?.code == .malformed)
        #expect(error?.message == "at line 1: Start tag expected, '<' not found\nfoo\n^")
    }
}

@Suite struct XMLMessageTests {
    /// A text that isn't XML, and what is said of it.
    struct Broken: Sendable {
        var text: String
        var message: String
    }

    private static let long = String(repeating: "x", count: 200)

    @Test(
        "the parser's complaint shows the whole line and points below the place",
        arguments: [
            Broken(text: "<a>\n\t<b>\tx & y</b></a>", message: "\n\t<b>\tx & y</b></a>\n\t---\t---^"),
            Broken(
                text: "<a>\(long) & b</a>",
                message: "\n<a>\(long) & b</a>\n\(long.map { _ in "-" }.joined())-----^"),
            Broken(text: "<a>é&foo;</a>", message: "\n<a>é&foo;</a>\n----------^"),
            Broken(text: "<a>\n", message: "\n<a>\n---^"),
            Broken(text: "<a>\n  ", message: "\n  \n--^"),
        ])
    func excerpt(broken: Broken) {
        let error = #expect(throws: XMLError.self) { try Shelf(xml: broken.text) }
        let said = error?.message ?? ""
        #expect(said.hasPrefix("at line ") && said.hasSuffix(broken.message), "\(said)")
    }
}

private struct Odd: XMLRoot {
    static let elementName: StaticString = "odd"
    var skipped: UInt32?
    var ignored: UInt32?
    var worded: UInt32?
    var natural: UInt32?
    var text: String?
    var children: [Book] = []

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        x.gather("box")
        try x.attribute("skipped", &skipped, .unlessEmpty)
        try x.attribute("ignored", &ignored, .orNone)
        try x.attribute("worded", &worded, .refusing("no such word '%'", .internalError))
        try x.natural("natural", &natural)
        try x.atMost(1, "text", orElse: "only one text is allowed")
        try x.value("text", &text)
        try x.group("box") { (x) throws(XMLError) in try x.elements("book", &children) }
    }
}

@Suite struct XMLReadingTests {
    @Test("an empty attribute may count as none, and so may one that is no value")
    func absent() throws {
        #expect(try Odd(xml: "<odd skipped='' ignored='zz'/>") == Odd())
        #expect(throws: XMLError.self) { try Odd(xml: "<odd skipped='zz'/>") }
    }

    @Test("an element without text is none")
    func emptyText() throws { #expect(try Odd(xml: "<odd><text/></odd>") == Odd()) }

    @Test("a text may be refused in words of its own")
    func words() {
        let error = #expect(throws: XMLError.self) { try Odd(xml: "<odd worded='zz'/>") }
        #expect(error?.message == "no such word 'zz'")
        #expect(error?.code == .internalError)
    }

    @Test(
        "a number that can't be negative says so, and what is none is told apart",
        arguments: [("-1", "non-negative value"), ("zz", "integer value"), ("2147483648", "integer value")])
    func natural(text: String, expected: String) {
        let error = #expect(throws: XMLError.self) { try Odd(xml: "<odd natural='\(text)'/>") }
        #expect(error?.message.hasSuffix("'\(text)'. Expected \(expected)") == true)
    }

    @Test("what stands in a second container counts as if it stood in the first")
    func gather() throws {
        let two = "<odd><box><book title='a'/></box><text>t</text><box><book title='b'/></box></odd>"
        #expect(try Odd(xml: two).children.map(\.title) == ["a", "b"])
    }

    @Test("more children than there can be are refused")
    func atMost() {
        let error = #expect(throws: XMLError.self) { try Odd(xml: "<odd><text>a</text><text/></odd>") }
        #expect(error?.message == "only one text is allowed")
    }
}

@Suite struct HostileInputTests {
    @Test("a document type is refused, so that there are no entities")
    func documentType() {
        let text = "<!DOCTYPE s [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><shelf><label>&a;</label></shelf>"
        #expect(throws: XMLError.self) { try Shelf(xml: text) }
    }

    @Test("an entity that nobody declared is refused")
    func entity() { #expect(throws: XMLError.self) { try Shelf(xml: "<shelf><label>&a;</label></shelf>") } }

    @Test("very deep nesting is refused")
    func depth() {
        func nested(_ count: Int) -> String {
            String(repeating: "<shelf>", count: count) + String(repeating: "</shelf>", count: count)
        }
        #expect(throws: Never.self) { try Shelf(xml: nested(200)) }
        for count in [257, 5000, 190_000] {
            let error = #expect(throws: XMLError.self) { try Shelf(xml: nested(count)) }
            #expect(error?.message == "elements are nested more than 256 deep")
        }
    }

    @Test("namespaces within namespaces are counted, those beside each other are not")
    func namespaces() throws {
        func nested(_ depth: Int, _ each: Int) -> String {
            let declared = (0..<each).map { " xmlns:n\($0)='u'" }.joined()
            return "<shelf>" + String(repeating: "<a\(declared)>", count: depth)
                + String(repeating: "</a>", count: depth) + "</shelf>"
        }
        #expect(throws: Never.self) { try Shelf(xml: nested(8, 8)) }
        for (depth, each) in [(9, 8), (65, 1), (1, 65), (240, 200)] {
            let error = #expect(throws: XMLError.self) { try Shelf(xml: nested(depth, each)) }
            #expect(error?.message == "more than 64 namespaces are nested")
        }
        let beside = String(repeating: "<a xmlns:n='u'><n:b/></a><c xmlns='v'/>", count: 1000)
        #expect(throws: Never.self) { try Shelf(xml: "<shelf>\(beside)</shelf>") }
        let quoted = String(repeating: "<a b='xmlns:'>", count: 100) + String(repeating: "</a>", count: 100)
        #expect(throws: Never.self) { try Shelf(xml: "<shelf>\(quoted)</shelf>") }
    }

    @Test("elements beside each other are not nesting")
    func breadth() throws {
        let text =
            "<shelf>" + String(repeating: "<a/><b></b><!-- <c> --><?d <e> ?>", count: 1000) + "</shelf>"
        #expect(throws: Never.self) { try Shelf(xml: text) }
    }

    @Test("a document above the limit is refused before it is parsed")
    func size() {
        let text = "<shelf><label>" + String(repeating: "x", count: 16 << 20) + "</label></shelf>"
        let error = #expect(throws: XMLError.self) { try Shelf(xml: text) }
        #expect(error?.message == "the document is larger than 16777216 bytes")
    }

    @Test(
        "a document type can't be hidden",
        arguments: [
            "<?x ' ?><!DOCTYPE shelf [<!ENTITY a 'b'>]><?y ' ?><shelf kind='&a;'/>",
            "<!--'--><!DOCTYPE shelf SYSTEM 'http://127.0.0.1:1/shelf.dtd'><!--'--><shelf/>",
            "<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE shelf +AFsAPAAh-ENTITY a 'b'+AD4AXQA+-<shelf/>",
        ])
    func hiddenDocumentType(_ text: String) { #expect(throws: XMLError.self) { try Shelf(xml: text) } }

    @Test("no other document is included")
    func inclusion() throws {
        let text = """
            <shelf xmlns:xi='http://www.w3.org/2001/XInclude'>
              <label>a<xi:include href='file:///proc/version' parse='text'/></label>
              <xi:include href='http://127.0.0.1:1/books.xml'/>
            </shelf>
            """
        let shelf = try Shelf(xml: text)
        #expect(shelf.label == "a" && shelf.books.isEmpty)
    }

    @Test(
        "characters that XML has no place for are refused",
        arguments: ["\0", "\u{1}", "\u{FFFE}", "&#0;", "&#xD800;"])
    func characters(_ text: String) {
        #expect(throws: XMLError.self) { try Shelf(xml: "<shelf><label>a\(text)b</label></shelf>") }
        #expect(throws: XMLError.self) { try Shelf(xml: "<shelf kind='\(text)'/>") }
        #expect(throws: XMLError.self) { try Shelf(xml: "<shelf/>\(text)") }
    }

    @Test("bytes that aren't UTF-8 are replaced before they are read")
    func notUTF8() throws {
        let bytes = Array("<shelf><label>a".utf8) + [0xFF, 0xC0, 0x80] + Array("</label></shelf>".utf8)
        let label = try Shelf(xml: String(decoding: bytes, as: UTF8.self)).label
        #expect(label == "a\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("a declared encoding doesn't change what a string says")
    func encoding() throws {
        let text = "<?xml version='1.0' encoding='ISO-8859-1'?><shelf><label>ä</label></shelf>"
        #expect(try Shelf(xml: text).label == "ä")
    }

    @Test("lines are counted beyond 65,535", arguments: [10, 65_534, 65_535, 65_536, 70_000, 200_000])
    func lines(_ line: Int) throws {
        let start = "<shelf>" + String(repeating: "\n", count: line - 1)
        let error = #expect(throws: XMLError.self) { try Shelf(xml: start + "<books></shelf>") }
        #expect(error?.line == line)
        let text = try XMLDocument(start + "<label>x</label></shelf>")
        #expect(text.root.children.first?.line == line)
        // Where there is no text, the XML library counts no further.
        let empty = try XMLDocument(start + "<locked/></shelf>")
        #expect(empty.root.children.first?.line == min(line, 65_535))
    }

    @Test("very many attributes in one tag are refused")
    func attributes() {
        let many = (0..<1000).map { " a\($0)='1'" }.joined()
        #expect(throws: XMLError.self) { try Shelf(xml: "<shelf\(many)/>") }
    }

    @Test("very many tags are refused")
    func tags() {
        let text = "<shelf>" + String(repeating: "<a/>", count: 400_001) + "</shelf>"
        #expect(throws: XMLError.self) { try Shelf(xml: text) }
    }

    @Test("truncated and mutated texts never do worse than throw")
    func mutations() throws {
        let text = Array(
            try Shelf(xml: "<shelf size='3'><label>x</label><books><book title='a'/></books></shelf>")
                .xml().utf8)
        var seed: UInt64 = 42
        for round in 0..<5000 {
            var bytes = Array(text.prefix(round % (text.count + 1)))
            for _ in 0..<3 where !bytes.isEmpty {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1
                bytes[Int(seed >> 33) % bytes.count] = UInt8(truncatingIfNeeded: seed >> 20)
            }
            _ = try? Shelf(xml: String(decoding: bytes, as: UTF8.self))
        }
    }
}
