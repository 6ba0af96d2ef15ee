import ByteText
import CLibXML2

/// A RELAX NG schema that documents are checked against.
public final class XMLSchema {
    private let schema: xmlRelaxNGPtr
    /// The schema's file.
    public let path: String

    /// Reads a schema and the files that it includes. These are the program's own, so their size isn't bounded.
    public init(path: String) throws(XMLError) {
        guard let context = xmlRelaxNGNewParserCtxt(path) else {
            throw XMLError(.internalError, "Unable to create RNG parser for \(path)")
        }
        defer { xmlRelaxNGFreeParserCtxt(context) }
        let complaints = Complaints()
        xmlRelaxNGSetParserStructuredErrors(context, note, complaints.pointer)
        guard let schema = withExtendedLifetime(complaints, { xmlRelaxNGParse(context) }) else {
            throw XMLError(.internalError, "Unable to parse RNG \(path): \(complaints.text)")
        }
        self.schema = schema
        self.path = path
    }

    deinit { xmlRelaxNGFree(schema) }

    /// Refuses a document that the schema doesn't allow, with what the XML library says about it.
    public func validate(_ document: XMLDocument) throws(XMLError) {
        guard let context = xmlRelaxNGNewValidCtxt(schema) else {
            throw XMLError(.internalError, "Unable to create RNG validation context \(path)")
        }
        defer { xmlRelaxNGFreeValidCtxt(context) }
        let complaints = Complaints()
        xmlRelaxNGSetValidStructuredErrors(context, note, complaints.pointer)
        let result = withExtendedLifetime(complaints) { xmlRelaxNGValidateDoc(context, document.tree) }
        guard result != 0 else { return }
        throw XMLError(
            .invalidSchema, "Unable to validate doc against \(path)\n\(complaints.text)",
            line: complaints.line)
    }
}

/// What the XML library has to say about a document, a line each.
private final class Complaints {
    private var lines: [String] = []
    private(set) var line: Int?

    var text: String { lines.joined(separator: "\n") }

    /// For the library's callback; valid as long as this object is.
    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func add(_ message: String, line number: Int) {
        var message = message
        while let shorter = message.droppingByteSuffix("\n") { message = String(shorter) }
        lines.append(message)
        if line == nil, number > 0 { line = number }
    }
}

private func note(_ context: UnsafeMutableRawPointer?, _ error: xmlErrorPtr?) {
    guard let context, let error, let message = error.pointee.message else { return }
    Unmanaged<Complaints>.fromOpaque(context).takeUnretainedValue()
        .add(String(cString: message), line: Int(error.pointee.line))
}
