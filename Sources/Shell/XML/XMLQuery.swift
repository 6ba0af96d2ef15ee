import CLibXML2
import Glibc

/// A document that was received, to be asked by XPath.
final class XMLQuery {
    private let document: xmlDocPtr
    private let context: xmlXPathContextPtr

    /// Reads `text`; the network and external entities stay closed.
    ///
    /// - Parameter keepsBlanks: whether parts are printed with the line ends and blanks that they have.
    init(_ text: String, keepsBlanks: Bool = false) throws(Failure) {
        let blanks = keepsBlanks ? 0 : XML_PARSE_NOBLANKS.rawValue
        let options = Int32(
            XML_PARSE_NONET.rawValue | blanks | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOERROR.rawValue)
        let bytes = Array(text.utf8)
        let parsed = bytes.withUnsafeBytes { buffer in
            xmlReadMemory(
                buffer.bindMemory(to: CChar.self).baseAddress, Int32(clamping: buffer.count), nil, nil,
                options)
        }
        guard let parsed else {
            throw Failure("internal error: the XML that was received is not well formed")
        }
        guard let context = xmlXPathNewContext(parsed) else {
            xmlFreeDoc(parsed)
            throw Failure("out of memory")
        }
        document = parsed
        self.context = context
    }

    deinit {
        xmlXPathFreeContext(context)
        xmlFreeDoc(document)
    }

    /// One node that was found. Not to be kept longer than the query.
    struct Node {
        let query: XMLQuery
        let pointer: xmlNodePtr

        var name: String {
            String(cString: UnsafeRawPointer(pointer.pointee.name).assumingMemoryBound(to: CChar.self))
        }

        /// The text of an attribute.
        func attribute(_ name: String) -> String? {
            guard let value = xmlGetProp(pointer, name) else { return nil }
            defer { free(value) }
            return String(cString: value)
        }

        /// The text of the first node that an expression finds from here.
        func string(_ path: String) -> String? { (try? query.strings(path, from: self))?.first }

        /// Whether an expression finds anything from here.
        func has(_ path: String) -> Bool { (try? query.nodes(path, from: self))?.isEmpty == false }

        /// The nodes that an expression finds from here.
        func nodes(_ path: String) -> [Node] { (try? query.nodes(path, from: self)) ?? [] }

        /// The text in it.
        var text: String {
            guard let value = xmlNodeGetContent(pointer) else { return "" }
            defer { free(value) }
            return String(cString: value)
        }

        /// It as XML, each line but the first indented by `level` steps more than it needs.
        func xml(level: Int = 0) -> String {
            guard let buffer = xmlBufferCreate() else { return "" }
            defer { xmlBufferFree(buffer) }
            guard xmlNodeDump(buffer, query.document, pointer, Int32(clamping: level), 1) >= 0 else {
                return ""
            }
            return xmlBufferContent(buffer).map { String(cString: $0) } ?? ""
        }
    }

    /// The nodes that an expression finds; throws where it isn't one, or finds no nodes.
    func nodes(_ path: String, from node: Node? = nil) throws(Failure) -> [Node] {
        context.pointee.node = node?.pointer ?? xmlDocGetRootElement(document)
        guard let result = xmlXPathEval(path, context) else { throw Failure("Incorrect xpath '\(path)'") }
        defer { xmlXPathFreeObject(result) }
        guard result.pointee.type == XPATH_NODESET else {
            throw Failure("internal error: Incorrect xpath '\(path)'")
        }
        guard let set = result.pointee.nodesetval, let table = set.pointee.nodeTab else { return [] }
        return (0..<max(0, Int(set.pointee.nodeNr))).compactMap { index in
            table[index].map { Node(query: self, pointer: $0) }
        }
    }

    /// The texts of the nodes that an expression finds.
    func strings(_ path: String, from node: Node? = nil) throws(Failure) -> [String] {
        try nodes(path, from: node).map(\.text)
    }
}
