/// What is wrong with a document: the fault, in libvirt's words, and where it stands.
///
/// A boundary turns it into the API's error; `code` is the number that this error carries there.
public struct XMLError: Error, Equatable, Sendable {
    /// The kind of fault, with the error number that libvirt's clients see.
    public enum Code: Int32, Sendable {
        case internalError = 1
        case noSupport = 3
        case invalidArgument = 8
        case noSource = 19
        case noTarget = 20
        case noName = 21
        case osType = 16
        case xml = 27
        case malformed = 35
        case systemError = 38
        case operationInvalid = 55
        case unsupported = 67
        case overflow = 82
        case operationUnsupported = 84
        case invalidSchema = 92
    }

    /// The kind of fault.
    public var code: Code
    /// The fault in a sentence, without the prefix that belongs to the code.
    public var message: String
    /// The element that the fault is about, if it is about one.
    public var element: String?
    /// The attribute that the fault is about, if it is about one.
    public var attribute: String?
    /// The text that was found there.
    public var value: String?
    /// The line of the document, counted from 1; nil if it isn't known.
    public var line: Int?

    public init(
        _ code: Code, _ message: String, element: String? = nil, attribute: String? = nil,
        value: String? = nil, line: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.element = element
        self.attribute = attribute
        self.value = value
        self.line = line
    }

    /// The message with the line that it's about, for people. The parser's own complaint has it already.
    public var located: String {
        guard let line, code != .malformed else { return message }
        return "\(message) (line \(line))"
    }

    /// This error, said to be about an element unless it says already where it is.
    @usableFromInline func placed(at node: XMLNode) -> XMLError {
        guard line == nil else { return self }
        var copy = self
        copy.element = element ?? node.name
        copy.line = node.line
        return copy
    }
}
