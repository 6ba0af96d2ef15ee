extension XMLBinder {
    /// A child that holds one value as its text, or may be absent. One without text counts as absent.
    @inlinable
    public mutating func value<V: XMLValue>(
        _ name: StaticString, _ value: inout V?, _ reading: XMLReading = .plain,
        in namespace: StaticString? = nil
    ) throws(XMLError) {
        if isReading {
            guard let child = child(name, namespace), let text = text(of: child, V.self) else { return }
            if let read: V = try parse(text, child, reading) { value = read }
        } else if let value {
            put(element: name, value.xml)
        }
    }

    /// A child that holds one value as its text, and is always written. Absent, or
    /// without text, it leaves the value as it is.
    @inlinable
    public mutating func value<V: XMLValue>(
        _ name: StaticString, _ value: inout V, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if isReading {
            guard let child = child(name, required: true), let text = text(of: child, V.self) else { return }
            if let read: V = try parse(text, child, reading) { value = read }
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
    public mutating func content<V: XMLValue>(
        _ value: inout V?, _ reading: XMLReading = .plain
    ) throws(XMLError) {
        if let node {
            guard let text = text(of: node, V.self) else { return }
            if let read: V = try parse(text, node, reading) { value = read }
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

    /// Attributes of the present element that are in their final form already. Written only.
    public mutating func verbatim(attributes: String) {
        if isWriting { writer.verbatim(attributes: attributes) }
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

    /// An element's text, while reading; nil if there is none.
    @usableFromInline
    func text(of node: XMLNode, _ type: any XMLValue.Type) -> String? {
        invention?.content(of: node, as: type)
        let text = node.text
        return text.isEmpty ? nil : text
    }

    @usableFromInline
    func parse<V: XMLValue>(_ node: XMLNode) throws(XMLError) -> V {
        try parse(text(of: node, V.self) ?? "", node)
    }

    /// An element's text as a value; nil for one that doesn't count.
    @usableFromInline
    func parse<V: XMLValue>(_ text: String, _ node: XMLNode, _ reading: XMLReading) throws(XMLError) -> V? {
        if let value = V(xml: text) { return value }
        if reading.skipsOthers { return nil }
        throw refusal(text, node, V.self, reading)
    }

    @usableFromInline
    func parse<V: XMLValue>(_ text: String, _ node: XMLNode) throws(XMLError) -> V {
        guard let value = V(xml: text) else { throw refusal(text, node, V.self, .plain) }
        return value
    }

    /// What is said of an element whose text is no value.
    private func refusal(
        _ text: String, _ node: XMLNode, _ type: any XMLValue.Type, _ reading: XMLReading
    ) -> XMLError {
        if let words = reading.complaint(about: text) {
            return XMLError(reading.code, words, element: node.name, value: text, line: node.line)
        }
        if let complaint = type.complaint(about: text, in: node.name) { return complaint.placed(at: node) }
        let hint = type.expectation.isEmpty ? "" : ". Expected \(type.expectation)"
        return XMLError(
            .xml, "Invalid value '\(text)' for element '\(node.name)'\(hint)",
            element: node.name, value: text, line: node.line)
    }
}
