extension XMLBinder {
    /// A child with a type of its own, left out when it would be empty.
    public mutating func element<T: XMLElement>(
        _ name: StaticString, _ value: inout T, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            guard let child = parent.child(name, namespace) else { return }
            try read(child, parent, &value)
        } else {
            let mark = writer.begin(name)
            try value.bind(&self)
            writer.end(name, mark, omitEmpty: true)
        }
    }

    /// A child with a type of its own that may be absent; written even if it's empty.
    public mutating func element<T: XMLElement>(
        _ name: StaticString, _ value: inout T?, in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            guard let child = parent.child(name, namespace) else { return }
            var new = T()
            try read(child, parent, &new)
            value = new
        } else if var copy = value {
            try write(name, &copy)
        }
    }

    /// All children of that name.
    public mutating func elements<T: XMLElement>(
        _ name: StaticString, _ list: inout [T], in namespace: StaticString? = nil
    ) throws(XMLError) {
        if let parent = node {
            list.removeAll()
            var next = parent.child(name, namespace)
            while let child = next {
                var new = T()
                try read(child, parent, &new)
                list.append(new)
                next = child.sibling(name, namespace)
            }
        } else {
            for var item in list { try write(name, &item) }
        }
    }

    /// A child without a type of its own; its body is left out when it would be empty.
    public mutating func group(
        _ name: StaticString, in namespace: StaticString? = nil,
        _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        if let parent = node {
            guard let child = parent.child(name, namespace) else { return }
            node = child
            try body(&self)
            node = parent
        } else {
            let mark = writer.begin(name)
            try body(&self)
            writer.end(name, mark, omitEmpty: true)
        }
    }

    /// A child that is written even if its body is empty.
    public mutating func always(
        _ name: StaticString, _ body: (inout XMLBinder) throws(XMLError) -> Void
    ) throws(XMLError) {
        guard isWriting else { return try group(name, body) }
        let mark = writer.begin(name)
        try body(&self)
        writer.end(name, mark, omitEmpty: false)
    }

    /// Ends the present start tag: even without children the element gets an end tag of its own.
    public mutating func expand() {
        if isWriting { writer.closeTag() }
    }

    /// An empty line between elements. Written only.
    public mutating func blankLine() {
        if isWriting { writer.blankLine() }
    }

    /// A child that says something by being there.
    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(XMLError) {
        if let node {
            value = node.child(name) != nil
        } else if value {
            let mark = writer.begin(name)
            writer.end(name, mark, omitEmpty: false)
        }
    }

    /// Whether the element being read has such a child.
    public func hasChild(_ name: StaticString) -> Bool { node?.child(name) != nil }

    /// Reads a child on the side: nothing is written.
    public mutating func reading<T: XMLElement>(
        _ name: StaticString, _ value: inout T?
    ) throws(XMLError) {
        if isReading { try element(name, &value) }
    }

    private mutating func read<T: XMLElement>(
        _ child: XMLNode, _ parent: XMLNode, _ value: inout T
    ) throws(XMLError) {
        node = child
        try value.bind(&self)
        node = parent
    }

    /// Writes one element, even if it's empty.
    public mutating func write<T: XMLElement>(_ name: StaticString, _ value: inout T) throws(XMLError) {
        let mark = writer.begin(name)
        try value.bind(&self)
        writer.end(name, mark, omitEmpty: false)
    }
}
