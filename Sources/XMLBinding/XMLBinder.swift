/// Carries values between an element and a Swift value, in one direction or the other.
///
/// A type's `bind` calls it once for each attribute and child. While reading, absent names leave the value as
/// it was; while writing, nil values write nothing.
public struct XMLBinder {
    /// The element being read; nil while writing.
    public var node: XMLNode?
    var writer = XMLWriter()
    /// Makes up what is read, where a document is generated.
    var invention: (any XMLInvention)?
    /// Which parts of the document are wanted.
    public let options: XMLOptions

    /// A binder that reads from an element.
    public init(reading node: XMLNode, options: XMLOptions = []) {
        self.node = node
        self.options = options
    }

    /// A binder that writes a text.
    public init(writing options: XMLOptions) { self.options = options }

    /// The direction.
    @inlinable public var isReading: Bool { node != nil }
    @inlinable public var isWriting: Bool { node == nil }

    /// What has been written so far.
    public var text: String { String(decoding: writer.bytes, as: UTF8.self) }

    /// How many elements the present one is nested in, while writing.
    public var depth: Int { writer.depth }

    /// An error about the present element.
    public func fault(
        _ message: String, _ code: XMLError.Code = .xml, attribute: String? = nil, value: String? = nil
    ) -> XMLError {
        XMLError(
            code, message, element: node?.name, attribute: attribute, value: value, line: node?.line)
    }

    /// Throws unless the condition holds; only asked while reading.
    public func require(
        _ condition: Bool, _ message: @autoclosure () -> String, _ code: XMLError.Code = .xml
    ) throws(XMLError) {
        if isReading, !condition { throw fault(message(), code) }
    }

    /// libvirt's words for a value that can't be.
    @usableFromInline func invalid(_ name: StaticString, _ text: String, expected: String) -> XMLError {
        let element = node?.name ?? ""
        let hint = expected.isEmpty ? "" : " Expected \(expected)"
        return fault(
            "Invalid value for attribute '\(name)' in element '\(element)': '\(text)'.\(hint)",
            attribute: name.description, value: text)
    }

    /// libvirt's words for an attribute that must be there.
    public func missing(_ name: StaticString) -> XMLError {
        fault(Self.missing(name, in: node?.name ?? ""), attribute: name.description)
    }

    private static func missing(_ name: StaticString, in element: String) -> String {
        "Missing required attribute '\(name)' in element '\(element)'"
    }

    /// Refuses an element that lacks an attribute, whatever its value; only asked while reading.
    public func requireAttribute(_ name: StaticString) throws(XMLError) {
        if let node, node.attribute(name) == nil { throw missing(name) }
    }

    /// Refuses a child of the present element that is there and lacks an attribute.
    public func requireAttribute(_ name: StaticString, ofChild element: StaticString) throws(XMLError) {
        if isReading, hasChild(element), attribute(name, ofChild: element) == nil {
            throw fault(Self.missing(name, in: element.description))
        }
    }
}
