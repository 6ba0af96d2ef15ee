import CLibXML2

extension XMLNode {
    /// A copy of this element, put into a namespace, as text; `level` is how deep it will stand.
    public func copy(inNamespace address: String, prefix: String, level: Int) -> String {
        guard let copy = xmlCopyNode(pointer, 1) else { return "" }
        defer { xmlFreeNode(copy) }
        if let namespace = xmlNewNs(copy, address, prefix) { xmlSetNs(copy, namespace) }
        return XMLNode(copy).verbatim(level: level)
    }
}
