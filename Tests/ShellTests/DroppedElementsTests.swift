import Testing

@testable import Shell

@Suite("Elements that were left out of a document")
struct DroppedElementsTests {
    private let result =
        "<domain><name>x</name><memory>5</memory><devices><disk type='file'/></devices></domain>"

    private func warnings(_ given: String) -> [String] {
        DroppedElements.warnings(given: given, result: result)
    }

    @Test("are told with their line, and with what was meant")
    func told() {
        #expect(
            warnings(
                "<domain>\n<name>x</name>\n<memroy>5</memroy>\n<devices><floppy a='b'><x y='1'/></floppy></devices></domain>"
            ) == [
                "line 3: <memroy> in <domain> is not understood and was left out; did you mean <memory>?",
                "line 4: <floppy> in <devices> is not understood and was left out",
            ])
    }

    @Test(
        "aren't told where they say nothing, or are somebody else's",
        arguments: [
            "<kernel/>", "<title> </title>", "<metadata><a><b c='d'/></a></metadata>",
            "<q:x xmlns:q='urn:q' y='z'/>",
            "<devices><disk><target/></disk></devices>",
        ])
    func silent(_ element: String) {
        #expect(warnings("<domain>\(element)</domain>") == [])
    }

    @Test("aren't sought in what isn't XML")
    func broken() { #expect(warnings("<domain><a b='c'></domain>") == []) }
}
