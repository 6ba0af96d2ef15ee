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
    public convenience init(_ text: String, bounds: XMLBounds = XMLBounds()) throws(XMLError) {
        var text = text
        let parsed = text.withUTF8 { bytes in
            Result { () throws(XMLError) in try Self.parse(bytes, bounds) }
        }
        try self.init(tree: parsed.get())
    }

    private init(tree: xmlDocPtr) throws(XMLError) {
        self.tree = tree
        guard let root = xmlDocGetRootElement(tree) else {
            throw XMLError(.malformed, "the document has no element")
        }
        self.root = XMLNode(root)
    }

    deinit { xmlFreeDoc(tree) }

    private static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, _ bounds: XMLBounds
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
            XML_PARSE_NONET.rawValue | XML_PARSE_NOBLANKS.rawValue | XML_PARSE_COMPACT.rawValue
            | XML_PARSE_BIG_LINES.rawValue
            | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let tree = bytes.withMemoryRebound(to: CChar.self) {
            xmlCtxtReadMemory(
                context, $0.baseAddress, Int32(clamping: $0.count), nil, "UTF-8",
                Int32(bitPattern: options))
        }
        guard let tree else { throw fault(first, bytes) }
        return tree
    }

    /// The parser's own complaint, with the line it's about and a mark below the place, as libvirt shows it.
    private static func fault(_ first: FirstComplaint, _ bytes: UnsafeBufferPointer<UInt8>) -> XMLError {
        var message = first.message ?? "the document is empty"
        while let shorter = message.droppingByteSuffix("\n") { message = String(shorter) }
        let excerpt = excerpt(of: bytes, at: first.offset)
        return XMLError(.malformed, "at line \(first.line): \(message)\n\(excerpt)", line: first.line)
    }

    /// The line that a place is in, and another one that points to it.
    private static func excerpt(of bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> String {
        func endsLine(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        var place = min(max(offset, 0), bytes.count)
        // What is missing at the end is missing on the last line that holds something.
        while place > 0, place == bytes.count || endsLine(bytes[place]), endsLine(bytes[place - 1]) {
            place -= 1
        }
        let before = bytes[..<place].reversed().prefix { !endsLine($0) }.reversed()
        let line = Array(before) + bytes[place...].prefix { !endsLine($0) }
        if line.isEmpty { return "" }
        let mark = before.map { $0 == UInt8(ascii: "\t") ? $0 : UInt8(ascii: "-") } + [UInt8(ascii: "^")]
        return String(decoding: line, as: UTF8.self) + "\n" + String(decoding: mark, as: UTF8.self)
    }
}

/// The first thing that the parser complains about; what follows is mostly a consequence.
private final class FirstComplaint {
    var message: String?
    var line = 1
    /// How many bytes the parser had read.
    var offset = 0
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
    if let input = context.pointee.input?.pointee, let base = input.base, let current = input.cur {
        first.offset = Int(clamping: input.consumed) + (current - base)
    }
}
