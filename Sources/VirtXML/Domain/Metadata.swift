import ByteText
import XMLBinding

/// What others keep with a domain: one element for each namespace, held as text, node for node.
public struct Metadata: XMLElement {
    /// The declarations and attributes of the element around them, as they are written.
    public var attributes = ""
    public var entries: [Entry] = []

    public init() {}

    /// An element of somebody else's.
    public struct Entry: Equatable, Sendable {
        /// The namespace's address.
        public var uri: String
        /// The element as text, indented as it stands in a domain.
        public var xml: String
        /// What is said around it, where prefixes that it uses may be declared.
        fileprivate var scope = ""

        /// Takes an element that is given as text, as for `virDomainSetMetadata`.
        ///
        /// - Parameters:
        ///   - key: the namespace's prefix.
        public init(uri: String, key: String, xml text: String) throws(XMLError) {
            let document = try XMLDocument(text)
            let copy = document.root.copy(inNamespace: uri, prefix: key, level: Metadata.level)
            self.init(uri: uri, xml: copy)
            withExtendedLifetime(document) {}
        }

        init(uri: String, xml: String, scope: String = "") {
            self.uri = uri
            self.xml = xml
            self.scope = scope
        }
    }

    /// The entry of a namespace.
    public subscript(uri: String) -> Entry? {
        get { entries.first { $0.uri == uri } }
        set {
            entries.removeAll { $0.uri == uri }
            if let newValue { entries.append(newValue) }
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if let node = x.node {
            node.withCopy { read($0) }
        } else {
            x.verbatim(attributes: attributes)
            for entry in entries { x.verbatim(entry.xml.reindented(by: 2 * (x.depth - Self.level))) }
        }
    }

    /// The copy declares all that it uses, also what was declared further out.
    private mutating func read(_ copy: XMLNode) {
        attributes = copy.tagText
        var seen = Set(entries.map(\.uri))
        for child in copy.children {
            guard let uri = child.namespace, seen.insert(uri).inserted else { continue }
            entries.append(Entry(uri: uri, xml: child.verbatim(level: Self.level), scope: attributes))
        }
    }

    /// How deep the entries stand in a domain that is a document of its own.
    fileprivate static let level = 2
}

extension String {
    /// The text with all lines but the first moved to the right.
    func reindented(by columns: Int) -> String {
        if columns <= 0 || !utf8.contains(UInt8(ascii: "\n")) { return self }
        let blanks = String(repeating: " ", count: columns)
        return split(atByte: "\n", omittingEmptySubsequences: false).joined(separator: "\n" + blanks)
    }
}

extension Metadata.Entry {
    /// The element as a document of its own, without its namespace, as `virDomainGetMetadata` gives it.
    public func standalone() throws(XMLError) -> String {
        let document = try XMLDocument("<metadata\(scope)>\(xml)</metadata>")
        let text = document.root.children.first?.copyWithoutNamespaces() ?? ""
        withExtendedLifetime(document) {}
        return text
    }
}
