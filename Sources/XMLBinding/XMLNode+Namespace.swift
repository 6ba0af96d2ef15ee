import ByteText
import CLibXML2

extension XMLNode {
    /// Hands over a copy of this element and all below it, with every namespace that it uses declared in it.
    public func withCopy(_ body: (XMLNode) -> Void) {
        guard let copy = xmlCopyNode(pointer, 1) else { return }
        defer { xmlFreeNode(copy) }
        body(XMLNode(copy))
    }

    /// Such a copy as text; `level` is how deep it will stand.
    public func copy(level: Int) -> String {
        var text = ""
        withCopy { text = $0.verbatim(level: level) }
        return text
    }

    /// What the start tag holds behind the name as text: declarations, then attributes, each with a blank in front.
    public var tagText: String {
        guard pointer.pointee.nsDef != nil || pointer.pointee.properties != nil,
            let bare = xmlCopyNode(pointer, 2)
        else { return "" }
        defer { xmlFreeNode(bare) }
        let text = XMLNode(bare).verbatim(level: 0)
        return (text.droppingBytePrefix("<" + writtenName)?.droppingByteSuffix("/>")).map(String.init) ?? ""
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
