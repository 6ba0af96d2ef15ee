import DriverKit
import Testing

@Suite("The file of a definition")
struct DefinitionFileTests {
    private static let documents = [
        "<a/>", "", "<a>?></a>\n<?roost-given eA==?>\n", "<!-- -- é \u{1F600} -->",
        "<![CDATA[<?roost-given]]>",
    ]

    @Test("says how the definition was given, whatever stands in it", arguments: documents)
    func given(_ text: String) {
        let file = DefinitionFile.text(
            "<domain>\(text)</domain>\n", name: "a--b", editedBy: "edit", given: text)
        #expect(DefinitionFile(text: file).given == text)
    }

    @Test("says nothing of it where that isn't kept, or was changed by somebody else", arguments: documents)
    func unknown(_ text: String) {
        let file = DefinitionFile.text("<domain>\(text)</domain>\n", name: "a", editedBy: "edit")
        #expect(DefinitionFile(text: file).given == nil)
        #expect(DefinitionFile(text: file + "<?roost-given /////w==?>\n").given == nil)
    }
}
