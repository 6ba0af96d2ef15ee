import ByteText
import CLibXML2

/// A parsed document. It owns the tree; nodes are valid as long as the document lives.
public final class XMLDocument {
    let tree: xmlDocPtr
    /// The outermost element.
    public let root: XMLNode

    /// Parses a text. Nothing is loaded from outside, no entity is replaced, and bounds are checked first.
    ///
    /// A string is UTF-8 whatever its declaration says, so what the bounds have seen is what the parser sees.
    ///
    /// - Parameter origin: what error messages call the text, such as `(domain_definition)`.
    public convenience init(
        _ text: String, origin: String = "(xml)", bounds: XMLBounds = XMLBounds()
    ) throws(XMLError) {
        var text = text
        let parsed = text.withUTF8 { bytes in
            Result { () throws(XMLError) in try Self.parse(bytes, origin, bounds) }
        }
        try self.init(tree: parsed.get(), origin: origin)
    }

    private init(tree: xmlDocPtr, origin: String) throws(XMLError) {
        self.tree = tree
        guard let root = xmlDocGetRootElement(tree) else {
            throw XMLError(.malformed, "\(origin): the document has no element")
        }
        self.root = XMLNode(root)
    }

    deinit { xmlFreeDoc(tree) }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ origin: String, _ bounds: XMLBounds
    ) throws(XMLError) -> xmlDocPtr {
        try bounds.check(bytes)
        guard let context = xmlNewParserCtxt() else {
            throw XMLError(.internalError, "out of memory")
        }
        defer { xmlFreeParserCtxt(context) }
        let first = FirstComplaint()
        defer { withExtendedLifetime(first) {} }
        context.pointee._private = Unmanaged.passUnretained(first).toOpaque()
        context.pointee.sax.pointee.serror = noteFirst
        let options =
            XML_PARSE_NONET.rawValue | XML_PARSE_NOBLANKS.rawValue | XML_PARSE_NOCDATA.rawValue
            | XML_PARSE_COMPACT.rawValue | XML_PARSE_BIG_LINES.rawValue
            | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let tree = bytes.withMemoryRebound(to: CChar.self) {
            xmlCtxtReadMemory(
                context, $0.baseAddress, Int32(clamping: $0.count), nil, "UTF-8",
                Int32(bitPattern: options))
        }
        guard let tree else { throw fault(first, bytes, origin) }
        return tree
    }

    /// The parser's own complaint, with the line it's about and a mark below the column, as libvirt shows it.
    private static func fault(
        _ first: FirstComplaint, _ bytes: UnsafeBufferPointer<UInt8>, _ origin: String
    ) -> XMLError {
        var message = first.message ?? "the document is empty"
        while let shorter = message.droppingByteSuffix("\n") { message = String(shorter) }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let column = min(max(first.column - 1, 0), 79)
        var excerpt = ""
        if lines.indices.contains(first.line - 1) {
            let text = String(decoding: lines[first.line - 1].prefix(80), as: UTF8.self)
            excerpt = "\n\(text)\n\(String(repeating: "-", count: column))^"
        }
        return XMLError(
            .malformed, "\(origin):\(first.line): \(message)\(excerpt)", line: first.line)
    }
}

/// The first thing that the parser complains about; what follows is mostly a consequence.
private final class FirstComplaint {
    var message: String?
    var line = 1
    var column = 0
}

/// The parser hands its own context, which knows the object to tell.
private func noteFirst(_ data: UnsafeMutableRawPointer?, _ error: xmlErrorPtr?) {
    guard let error, let context = data?.assumingMemoryBound(to: xmlParserCtxt.self),
        let pointer = context.pointee._private, error.pointee.level == XML_ERR_FATAL
    else { return }
    let first = Unmanaged<FirstComplaint>.fromOpaque(pointer).takeUnretainedValue()
    guard first.message == nil, let message = error.pointee.message else { return }
    first.message = String(cString: message)
    first.line = max(Int(error.pointee.line), 1)
    first.column = Int(error.pointee.int2)
}
