import CLibXML2

extension XMLNode {
    /// A copy of this element and all below it as text, with every namespace that it uses declared in it.
    public func copy(level: Int) -> String {
        guard let copy = xmlCopyNode(pointer, 1) else { return "" }
        defer { xmlFreeNode(copy) }
        return XMLNode(copy).verbatim(level: level)
    }

    /// A copy of this element and all below it, put into a namespace, as text; `level` is how deep it will stand.
    public func copy(inNamespace address: String, prefix: String, level: Int) -> String {
        guard let copy = xmlCopyNode(pointer, 1) else { return "" }
        defer { xmlFreeNode(copy) }
        if let namespace = xmlNewNs(copy, address, prefix) {
            copy.forEachElement { xmlSetNs($0, namespace) }
        }
        return XMLNode(copy).verbatim(level: level)
    }

    /// A copy of this element and all below it, freed of namespaces, as text.
    public func copyWithoutNamespaces() -> String {
        guard let copy = xmlCopyNode(pointer, 1) else { return "" }
        defer { xmlFreeNode(copy) }
        copy.forEachElement { node in
            xmlSetNs(node, nil)
            xmlFreeNsList(node.pointee.nsDef)
            node.pointee.nsDef = nil
        }
        return XMLNode(copy).verbatim(level: 0)
    }
}

extension UnsafeMutablePointer<xmlNode> {
    /// This element and all below it, each before its children. The depth is bounded by the parser's limit.
    fileprivate func forEachElement(_ body: (UnsafeMutablePointer<xmlNode>) -> Void) {
        guard pointee.type == XML_ELEMENT_NODE else { return }
        body(self)
        var child = pointee.children
        while let node = child {
            node.forEachElement(body)
            child = node.pointee.next
        }
    }
}
