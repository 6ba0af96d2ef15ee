extension XMLBinder {
    /// A child with a type of its own, left out when it would be empty.
    @inlinable
    public mutating func element<T: XMLElement>(
        _ name: StaticString, _ value: inout T, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            guard let child = child(name, namespace) else { return }
            try read(child, parent, &value)
        } else {
            let mark = begin(name)
            try value.bind(&self)
            end(name, mark, omitEmpty: true)
        }
    }

    /// A child with a type of its own that may be absent; written even if it's empty.
    @inlinable
    public mutating func element<T: XMLElement>(
        _ name: StaticString, _ value: inout T?, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            guard let child = child(name, namespace) else { return }
            var new = T()
            try read(child, parent, &new)
            value = new
        } else if var copy = value {
            try write(name, &copy)
        }
    }

    /// All children of that name.
    ///
    /// - Parameter atMost: how many there may be; a document with more is refused.
    @inlinable
    public mutating func elements<T: XMLElement>(
        _ name: StaticString, _ list: inout [T], in namespace: StaticString? = nil,
        atMost limit: Int = XMLBounds.list
    ) throws(XMLError) {
        if let parent = node {
            list.removeAll()
            var next = child(name, namespace, many: true)
            while let child = next {
                var new = T()
                try read(child, parent, &new)
                list.append(new)
                if list.count > limit { throw tooMany(name, limit) }
                next = child.sibling(name, namespace)
            }
        } else {
            for var item in list { try write(name, &item) }
        }
    }

    /// A child without a type of its own; its body is left out when it would be empty.
    @inlinable
    public mutating func group(
        _ name: StaticString, in namespace: StaticString? = nil,
        _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        if let parent = node {
            guard let child = child(name, namespace) else { return }
            node = child
            do throws(XMLError) { try body(&self) } catch { throw error.placed(at: child) }
            node = parent
        } else {
            let mark = begin(name)
            try body(&self)
            end(name, mark, omitEmpty: true)
        }
    }

    /// A child that is written even if its body is empty.
    @inlinable
    public mutating func always(
        _ name: StaticString, _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        guard isWriting else { return try group(name, body) }
        let mark = begin(name)
        try body(&self)
        end(name, mark, omitEmpty: false)
    }

    /// Ends the present start tag: even without children the element gets an end tag of its own.
    @inlinable
    public mutating func expand() {
        if isWriting { endStartTag() }
    }

    /// An empty line between elements. Written only.
    @inlinable
    public mutating func blankLine() {
        if isWriting { emptyLine() }
    }

    /// A child that says something by being there.
    @inlinable
    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(XMLError) {
        if isReading {
            value = child(name) != nil
        } else if value {
            let mark = begin(name)
            end(name, mark, omitEmpty: false)
        }
    }

    @usableFromInline
    func tooMany(_ name: StaticString, _ limit: Int) -> XMLError {
        fault("element '\(node?.name ?? "")' has more than \(limit) elements '\(name)'", .unsupported)
    }

    /// Whether the element being read has such a child.
    @inlinable
    public func hasChild(_ name: StaticString) -> Bool { child(name) != nil }

    /// What an attribute of the first such child says, looked up ahead of its turn; nil while writing.
    public func attribute(_ attribute: StaticString, ofChild name: StaticString) -> String? {
        child(name)?.attribute(attribute)
    }

    /// What stands in further children of these names counts as if it stood in the first of each.
    public func gather(_ names: StaticString..., in namespace: StaticString? = nil) {
        guard let node else { return }
        for name in names { node.gather(name, namespace) }
    }

    /// Refuses more children of that name than some.
    public func atMost(
        _ limit: Int, _ name: StaticString, orElse message: @autoclosure () -> String,
        _ code: XMLError.Code = .xml
    ) throws(XMLError) {
        var count = 0
        var next = node?.child(name)
        while let child = next {
            count += 1
            if count > limit { throw fault(message(), code) }
            next = child.sibling(name)
        }
    }

    /// Looks into a child on the side: nothing is written.
    public mutating func onlyReading(
        _ name: StaticString, _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        if isReading { try group(name, body) }
    }

    @inlinable
    mutating func read<T: XMLElement>(
        _ child: XMLNode, _ parent: XMLNode, _ value: inout T
    ) throws(XMLError) {
        node = child
        do throws(XMLError) { try value.bind(&self) } catch { throw error.placed(at: child) }
        node = parent
    }

    /// Writes one element, even if it's empty.
    @inlinable
    public mutating func write<T: XMLElement>(_ name: StaticString, _ value: inout T) throws(XMLError) {
        let mark = begin(name)
        try value.bind(&self)
        end(name, mark, omitEmpty: false)
    }

    /// The first child of that name, while reading.
    @usableFromInline
    func child(
        _ name: StaticString, _ namespace: StaticString? = nil, many: Bool = false, required: Bool = false
    ) -> XMLNode? {
        guard let node else { return nil }
        invention?.child(name, in: namespace, of: node, many: many, required: required)
        return node.child(name, namespace)
    }

    @usableFromInline
    mutating func begin(_ name: StaticString) -> XMLWriter.Mark { writer.begin(name) }

    @usableFromInline
    mutating func end(_ name: StaticString, _ mark: XMLWriter.Mark, omitEmpty: Bool) {
        writer.end(name, mark, omitEmpty: omitEmpty)
    }

    @usableFromInline
    mutating func endStartTag() { writer.closeTag() }

    @usableFromInline
    mutating func emptyLine() { writer.blankLine() }
}
