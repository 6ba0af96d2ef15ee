import CLibXML2

extension XMLNode {
    /// Moves what is in further children of a name into the first, which also gets attributes that it lacks: the same
    /// as what a path finds that goes through all of them.
    func gather(_ name: StaticString, _ namespace: StaticString?) {
        guard let first = child(name, namespace) else { return }
        var next = first.sibling(name, namespace)
        while let more = next {
            first.takeChildren(of: more)
            first.takeAttributes(of: more)
            next = more.sibling(name, namespace)
        }
    }

    private func takeChildren(of other: XMLNode) {
        while let child = other.pointer.pointee.children {
            xmlUnlinkNode(child)
            xmlAddChild(pointer, child)
        }
    }

    private func takeAttributes(of other: XMLNode) {
        var next = other.pointer.pointee.properties
        while let attribute = next {
            next = attribute.pointee.next
            guard attribute.pointee.ns == nil, xmlHasProp(pointer, attribute.pointee.name) == nil else {
                continue
            }
            let value = joinedText(attribute.pointee.children)
            xmlNewProp(pointer, attribute.pointee.name, value)
        }
    }
}
