import ByteText

/// Lines of XML, written element by element.
struct XMLLines {
    private(set) var text = ""
    private var level = 0

    typealias Attribute = (String, String?)

    /// Begins an element. Attributes without a value are left out.
    mutating func open(_ name: String, _ attributes: Attribute...) { open(name, attributes) }

    mutating func open(_ name: String, _ attributes: [Attribute]) {
        line("<\(name)\(Self.written(attributes))>")
        level += 1
    }

    mutating func close(_ name: String) {
        level -= 1
        line("</\(name)>")
    }

    /// An element with attributes alone.
    mutating func add(_ name: String, _ attributes: Attribute...) { add(name, attributes) }

    mutating func add(_ name: String, _ attributes: [Attribute]) {
        line("<\(name)\(Self.written(attributes))/>")
    }

    /// An element with a text, unless there is none.
    mutating func add(_ name: String, text: String?) {
        guard let text else { return }
        line("<\(name)>\(xmlEscaped(text))</\(name)>")
    }

    /// An element with lines in it.
    mutating func add(_ name: String, _ lines: XMLLines) {
        line("<\(name)>")
        let indent = String(repeating: "  ", count: level + 1)
        for inner in lines.text.split(atByte: "\n") { text += indent + inner + "\n" }
        line("</\(name)>")
    }

    private mutating func line(_ line: String) {
        text += String(repeating: "  ", count: level) + line + "\n"
    }

    private static func written(_ attributes: [Attribute]) -> String {
        attributes.reduce(into: "") { text, attribute in
            guard let value = attribute.1 else { return }
            text += " \(attribute.0)='\(xmlEscaped(value))'"
        }
    }
}
