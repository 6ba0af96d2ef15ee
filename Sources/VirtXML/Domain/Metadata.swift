import ByteText
import XMLBinding

/// What others keep with a domain: one element for each namespace, held as text.
public struct Metadata: XMLElement {
    public var entries: [Entry] = []

    public init() {}

    /// An element of somebody else's.
    public struct Entry: Equatable, Sendable {
        /// The namespace's address.
        public var uri: String
        /// The element as text, indented as it stands in a domain.
        public var xml: String

        /// Takes an element that is given as text, as for `virDomainSetMetadata`.
        ///
        /// - Parameters:
        ///   - key: the namespace's prefix.
        public init(uri: String, key: String, xml text: String) throws(XMLError) {
            let document = try XMLDocument(text, origin: "(metadata_xml)")
            let copy = document.root.copy(inNamespace: uri, prefix: key, level: Metadata.level)
            self.init(uri: uri, xml: copy)
            withExtendedLifetime(document) {}
        }

        init(uri: String, xml: String) {
            self.uri = uri
            self.xml = xml
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
            var seen = Set(entries.map(\.uri))
            for child in node.children {
                guard let uri = child.namespace, seen.insert(uri).inserted else { continue }
                entries.append(Entry(uri: uri, xml: child.copy(level: Self.level)))
            }
        } else {
            for entry in entries { x.verbatim(entry.xml.reindented(by: 2 * (x.depth - Self.level))) }
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
        let document = try XMLDocument(xml, origin: "(metadata_xml)")
        let text = document.root.copyWithoutNamespaces()
        withExtendedLifetime(document) {}
        return text
    }
}
