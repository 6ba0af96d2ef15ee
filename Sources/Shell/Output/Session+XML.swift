/// XML as an answer.
extension Session {
    /// Prints a document, or the parts of it that `--xpath` asks for, with `--wrap` in one element.
    func print(xml: String, _ arguments: Arguments) throws {
        guard let path = try arguments.string("xpath") else { return output.print(xml) }
        let nodes = try XMLQuery(xml).nodes(path)
        guard arguments.has("wrap") else { return output.print(nodes.map { $0.xml() + "\n" }.joined()) }
        if nodes.isEmpty { return output.print("<nodes/>\n") }
        output.print("<nodes>\n" + nodes.map { "  " + $0.xml(level: 1) + "\n" }.joined() + "</nodes>\n")
    }
}

extension [CommandOption] {
    /// The options of every command that prints XML.
    static let xmlSelection: [CommandOption] = [
        .named("xpath", "print only what this XPath expression finds"),
        .flag("wrap", "put what is found into one root element"),
    ]
}
