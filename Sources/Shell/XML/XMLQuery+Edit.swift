import CLibXML2

extension XMLQuery.Node {
    /// Sets an attribute.
    func set(_ name: String, to value: String) { _ = xmlSetProp(pointer, name, value) }

    /// Sets the text in it.
    func setText(_ text: String) {
        xmlNodeSetContent(pointer, nil)
        xmlNodeAddContent(pointer, text)
    }

    /// The first child with a name; made if there is none.
    func child(_ name: String) -> XMLQuery.Node? {
        if let found = nodes("./\(name)").first { return found }
        return xmlNewChild(pointer, nil, name, nil).map { XMLQuery.Node(query: query, pointer: $0) }
    }

    /// Takes the children with a name out.
    func removeChildren(_ name: String) {
        for child in nodes("./\(name)") {
            xmlUnlinkNode(child.pointer)
            xmlFreeNode(child.pointer)
        }
    }
}
