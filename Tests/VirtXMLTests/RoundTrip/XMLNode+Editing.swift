import CLibXML2

@testable import XMLBinding

/// Changes to a tree, which only tests make.
extension XMLNode {
    var attributes: [(name: String, value: String)] {
        var found: [(String, String)] = []
        var next = pointer.pointee.properties
        while let attribute = next {
            if attribute.pointee.ns == nil {
                let value = attribute.pointee.children.flatMap { $0.pointee.content }
                found.append((String(xml: attribute.pointee.name), String(xml: value)))
            }
            next = attribute.pointee.next
        }
        return found
    }

    func set(_ name: String, _ value: String) { xmlNewProp(pointer, name, value) }

    func unset(_ name: String) { xmlUnsetProp(pointer, name) }

    func setText(_ text: String) {
        guard let node = xmlNewDocText(pointer.pointee.doc, text) else { return }
        xmlAddChild(pointer, node)
    }

    /// Adds an element; the prefix of its name, if it has one, stands for the namespace.
    func add(_ name: String, namespace: String?) {
        let parts = name.split(separator: ":").map(String.init)
        guard let child = xmlNewChild(pointer, nil, parts.last ?? name, nil) else { return }
        xmlSetNs(child, nil)
        guard let namespace else { return }
        xmlSetNs(child, xmlNewNs(child, namespace, parts.first))
    }

    /// Takes the element out and tells `test`; puts it back unless that says true.
    func without(_ test: () -> Bool) -> Bool {
        let parent = pointer.pointee.parent, next = pointer.pointee.next
        xmlUnlinkNode(pointer)
        if test() {
            xmlFreeNode(pointer)
            return true
        }
        if let next { xmlAddPrevSibling(next, pointer) } else if let parent { xmlAddChild(parent, pointer) }
        return false
    }
}

extension XMLDocument {
    /// The document as text again.
    var text: String { root.verbatim(level: 0) }

    /// The smallest document, made by leaving parts out, of which something is still true.
    func shrunk(while holds: (String) -> Bool) -> String {
        while shrink(root, holds) {}
        return text
    }

    /// Whether anything below an element could be left out.
    private func shrink(_ node: XMLNode, _ holds: (String) -> Bool) -> Bool {
        var isSmaller = false
        for child in node.children {
            if child.without({ holds(text) }) {
                isSmaller = true
            } else {
                isSmaller = shrink(child, holds) || isSmaller
            }
        }
        for (name, value) in node.attributes {
            node.unset(name)
            if holds(text) { isSmaller = true } else { node.set(name, value) }
        }
        return isSmaller
    }
}
