extension XMLBinder {
    /// A child that holds one value as its text, or may be absent.
    @inlinable
    public mutating func value<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if isReading {
            guard let child = child(name, namespace) else { return }
            value = try parse(child)
        } else if let value {
            put(element: name, value.xml)
        }
    }

    /// A child that holds one value as its text, and is always written. Absent leaves the value as it is.
    @inlinable
    public mutating func value<V: XMLValue>(_ name: StaticString, _ value: inout V) throws(XMLError) {
        if isReading {
            guard let child = child(name, required: true) else { return }
            value = try parse(child)
        } else {
            put(element: name, value.xml)
        }
    }

    /// All children of that name, each holding one value as its text.
    @inlinable
    public mutating func values<V: XMLValue>(_ name: StaticString, _ list: inout [V]) throws(XMLError) {
        if isReading {
            list.removeAll()
            var next = child(name, many: true)
            while let child = next {
                list.append(try parse(child))
                next = child.sibling(name)
            }
        } else {
            for item in list { put(element: name, item.xml) }
        }
    }

    /// The present element's own text; nil or absent if there is none.
    public mutating func content<V: XMLValue>(_ value: inout V?) throws(XMLError) {
        if let node {
            invention?.content(of: node, as: V.self)
            if node.text.isEmpty { return }
            value = try parse(node)
        } else if let value {
            put(text: value.xml)
        }
    }

    /// The present element's own text.
    @inlinable
    public mutating func content<V: XMLValue>(_ value: inout V) throws(XMLError) {
        if let node {
            value = try parse(node)
        } else {
            put(text: value.xml)
        }
    }

    /// Lines that are in their final form already. Written only.
    @inlinable
    public mutating func verbatim(_ text: String) {
        if isWriting { put(lines: text) }
    }

    @usableFromInline
    mutating func put(element name: StaticString, _ text: String) {
        let mark = writer.begin(name)
        writer.text(text)
        writer.end(name, mark, omitEmpty: false)
    }

    @usableFromInline
    mutating func put(text: String) { writer.text(text) }

    @usableFromInline
    mutating func put(lines: String) { writer.verbatim(lines) }

    @usableFromInline
    func parse<V: XMLValue>(_ node: XMLNode) throws(XMLError) -> V {
        invention?.content(of: node, as: V.self)
        let text = node.text
        guard let value = V(xml: text) else {
            if let complaint = V.complaint(about: text, in: node.name) { throw complaint.placed(at: node) }
            let hint = V.expectation.isEmpty ? "" : ". Expected \(V.expectation)"
            throw XMLError(
                .xml, "Invalid value '\(text)' for element '\(node.name)'\(hint)",
                element: node.name, value: text, line: node.line)
        }
        return value
    }
}
