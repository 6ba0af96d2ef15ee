import CLibXML2

extension XMLNode {
    /// The name as it is written, with its namespace's prefix.
    public var writtenName: String { Self.written(pointer.pointee.name, in: pointer.pointee.ns) }

    /// All attributes in their order, by their names as they are written, behind the namespaces that are declared.
    public var attributes: [(name: String, value: String)] {
        var found = namespaces
        var next = pointer.pointee.properties
        while let attribute = next {
            let name = Self.written(attribute.pointee.name, in: attribute.pointee.ns)
            found.append((name, joinedText(attribute.pointee.children)))
            next = attribute.pointee.next
        }
        return found
    }

    private var namespaces: [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var next = pointer.pointee.nsDef
        while let namespace = next {
            let prefix = String(xml: namespace.pointee.prefix)
            found.append((prefix.isEmpty ? "xmlns" : "xmlns:" + prefix, String(xml: namespace.pointee.href)))
            next = namespace.pointee.next
        }
        return found
    }

    private static func written(
        _ name: UnsafePointer<xmlChar>?, in namespace: UnsafeMutablePointer<xmlNs>?
    ) -> String {
        let prefix = String(xml: namespace?.pointee.prefix)
        return prefix.isEmpty ? String(xml: name) : prefix + ":" + String(xml: name)
    }
}
