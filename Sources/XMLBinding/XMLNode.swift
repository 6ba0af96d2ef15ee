import ByteText
import CLibXML2

/// An element of a parsed document. It points into the document, which must outlive it.
public struct XMLNode {
    let pointer: xmlNodePtr

    init(_ pointer: xmlNodePtr) { self.pointer = pointer }

    /// The name without a namespace prefix.
    public var name: String { String(xml: pointer.pointee.name) }

    /// The namespace's address, or nil.
    public var namespace: String? { pointer.pointee.ns.flatMap { $0.pointee.href.map(String.init(xml:)) } }

    /// The element that this one stands in; nil for the outermost.
    public var parent: XMLNode? {
        pointer.pointee.parent.flatMap { $0.pointee.type == XML_ELEMENT_NODE ? XMLNode($0) : nil }
    }

    /// The line in the text, counted from 1.
    public var line: Int { xmlGetLineNo(pointer) }

    /// The child elements in their order.
    public var children: [XMLNode] {
        var found: [XMLNode] = []
        var next = firstElement(pointer.pointee.children)
        while let node = next {
            found.append(XMLNode(node))
            next = firstElement(node.pointee.next)
        }
        return found
    }

    /// How many child elements there are.
    public var childCount: Int {
        var count = 0
        var next = firstElement(pointer.pointee.children)
        while let node = next {
            count += 1
            next = firstElement(node.pointee.next)
        }
        return count
    }

    /// The text directly inside of this element; empty if there is none.
    public var text: String { joinedText(pointer.pointee.children) }

    /// The value of an attribute that has no namespace.
    public func attribute(_ name: StaticString) -> String? {
        var next = pointer.pointee.properties
        while let attribute = next {
            if attribute.pointee.ns == nil, equal(attribute.pointee.name, name) {
                return joinedText(attribute.pointee.children)
            }
            next = attribute.pointee.next
        }
        return nil
    }

    /// The first child element of that name and namespace; a prefix in the name serves writing only.
    @usableFromInline func child(_ name: StaticString, _ namespace: StaticString? = nil) -> XMLNode? {
        var next = pointer.pointee.children
        while let node = next {
            if matches(node, name, namespace) { return XMLNode(node) }
            next = node.pointee.next
        }
        return nil
    }

    /// The next sibling element of that name and namespace.
    @usableFromInline func sibling(_ name: StaticString, _ namespace: StaticString? = nil) -> XMLNode? {
        var next = pointer.pointee.next
        while let node = next {
            if matches(node, name, namespace) { return XMLNode(node) }
            next = node.pointee.next
        }
        return nil
    }

    /// This element and all that is in it as text, indented as if it stood `level` elements deep.
    public func verbatim(level: Int) -> String {
        guard let buffer = xmlBufferCreate() else { return "" }
        defer { xmlBufferFree(buffer) }
        guard xmlNodeDump(buffer, pointer.pointee.doc, pointer, Int32(clamping: level), 1) >= 0,
            let content = xmlBufferContent(buffer)
        else { return "" }
        return String(xml: content)
    }
}

private func firstElement(_ start: xmlNodePtr?) -> xmlNodePtr? {
    var next = start
    while let node = next {
        if node.pointee.type == XML_ELEMENT_NODE { return node }
        next = node.pointee.next
    }
    return nil
}

private func matches(_ node: xmlNodePtr, _ name: StaticString, _ namespace: StaticString?) -> Bool {
    guard node.pointee.type == XML_ELEMENT_NODE else { return false }
    guard let namespace else { return node.pointee.ns == nil && equal(node.pointee.name, name) }
    guard let found = node.pointee.ns, equal(found.pointee.href, namespace) else { return false }
    return String(xml: node.pointee.name) == name.description.split(atByte: ":").last ?? ""
}

/// The text of nodes that stand one behind the other.
func joinedText(_ start: xmlNodePtr?) -> String {
    guard let first = start else { return "" }
    if first.pointee.next == nil, isText(first) { return String(xml: first.pointee.content) }
    var text = ""
    var next = start
    while let node = next {
        if isText(node) { text += String(xml: node.pointee.content) }
        next = node.pointee.next
    }
    return text
}

private func isText(_ node: xmlNodePtr) -> Bool {
    node.pointee.type == XML_TEXT_NODE || node.pointee.type == XML_CDATA_SECTION_NODE
}

/// Compares a C string with a name of the program; both end with a zero byte.
private func equal(_ text: UnsafePointer<xmlChar>?, _ name: StaticString) -> Bool {
    guard var left = text else { return false }
    var right = name.utf8Start
    while left.pointee == right.pointee {
        if right.pointee == 0 { return true }
        left += 1
        right += 1
    }
    return false
}

extension String {
    /// Copies a string of the XML library, which is always valid UTF-8.
    init(xml pointer: UnsafePointer<xmlChar>?) {
        guard let pointer else {
            self = ""
            return
        }
        self = String(cString: pointer)
    }
}
