extension XMLBinder {
    /// A child that holds one value as its text, or may be absent.
    public mutating func value<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            guard let child = parent.child(name, namespace) else { return }
            value = try parse(child)
        } else if let value {
            write(name, value)
        }
    }

    /// A child that holds one value as its text, and is always written. Absent leaves the value as it is.
    public mutating func value<V: XMLValue>(_ name: StaticString, _ value: inout V) throws(XMLError) {
        if let node {
            guard let child = node.child(name) else { return }
            value = try parse(child)
        } else {
            write(name, value)
        }
    }

    /// All children of that name, each holding one value as its text.
    public mutating func values<V: XMLValue>(_ name: StaticString, _ list: inout [V]) throws(XMLError) {
        if let node {
            list.removeAll()
            var next = node.child(name)
            while let child = next {
                list.append(try parse(child))
                next = child.sibling(name)
            }
        } else {
            for item in list { write(name, item) }
        }
    }

    /// The present element's own text; nil or absent if there is none.
    public mutating func content<V: XMLValue>(_ value: inout V?) throws(XMLError) {
        if let node {
            if node.text.isEmpty { return }
            value = try parse(node)
        } else if let value {
            writer.text(value.xml)
        }
    }

    /// The present element's own text.
    public mutating func content<V: XMLValue>(_ value: inout V) throws(XMLError) {
        if let node {
            value = try parse(node)
        } else {
            writer.text(value.xml)
        }
    }

    /// Lines that are in their final form already. Written only.
    public mutating func verbatim(_ text: String) {
        if isWriting { writer.verbatim(text) }
    }

    private mutating func write<V: XMLValue>(_ name: StaticString, _ value: V) {
        let mark = writer.begin(name)
        writer.text(value.xml)
        writer.end(name, mark, omitEmpty: false)
    }

    private func parse<V: XMLValue>(_ node: XMLNode) throws(XMLError) -> V {
        let text = node.text
        guard let value = V(xml: text) else {
            let hint = V.expectation.isEmpty ? "" : ". Expected \(V.expectation)"
            throw XMLError(
                .xml, "Invalid value '\(text)' for element '\(node.name)'\(hint)",
                element: node.name, value: text, line: node.line)
        }
        return value
    }
}
