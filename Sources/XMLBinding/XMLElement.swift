/// An element of a document as a value. One function describes it for both directions.
public protocol XMLElement: Equatable, Sendable {
    /// An element with nothing in it but defaults.
    init()

    /// Reads the element's attributes and children into this value, or writes them from it, whichever the
    /// binder is for. Reading looks names up in any order; writing emits in the order of the calls.
    mutating func bind(_ x: inout XMLBinder) throws(XMLError)
}

extension XMLElement {
    /// Reads the value from an element of a parsed document.
    public init(_ node: XMLNode, options: XMLOptions = []) throws(XMLError) {
        self.init()
        var binder = XMLBinder(reading: node, options: options)
        do throws(XMLError) { try bind(&binder) } catch { throw error.placed(at: node) }
    }

    /// The element as text in libvirt's form, ending with a newline.
    public func formatted(as name: StaticString, options: XMLOptions = []) throws(XMLError) -> String {
        var binder = XMLBinder(writing: options)
        var copy: Self? = self
        try binder.element(name, &copy)
        return binder.text
    }
}

/// An outermost element: a document.
public protocol XMLRoot: XMLElement {
    /// The element's name, such as `domain`.
    static var elementName: StaticString { get }
}

extension XMLRoot {
    /// Parses a document of this kind.
    public init(xml text: String, options: XMLOptions = []) throws(XMLError) {
        let document = try XMLDocument(text)
        let expected = Self.elementName.description
        guard document.root.name == expected else {
            throw XMLError(
                .xml, "expecting root element of '\(expected)', not '\(document.root.name)'",
                element: document.root.name, line: document.root.line)
        }
        try self.init(document.root, options: options)
        withExtendedLifetime(document) {}
    }

    /// The document as text in libvirt's form, ending with a newline.
    public func xml(options: XMLOptions = []) throws(XMLError) -> String {
        try formatted(as: Self.elementName, options: options)
    }
}

/// Which parts of a document are read or written.
public struct XMLOptions: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The persistent definition: nothing that exists only while the object runs.
    public static let inactive = XMLOptions(rawValue: 1 << 0)
    /// Passwords and the like too.
    public static let secure = XMLOptions(rawValue: 1 << 1)
    /// Suitable for a peer of an older version: nothing it would have to refuse.
    public static let migratable = XMLOptions(rawValue: 1 << 2)
    /// The driver's private record, which holds more than any client sees.
    public static let status = XMLOptions(rawValue: 1 << 3)
    /// A part that is looked for: it may say less than it otherwise must.
    public static let partial = XMLOptions(rawValue: 1 << 4)
}
