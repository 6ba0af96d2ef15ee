import XMLBinding

/// Who has said something in a document.
package enum DocumentAuthor: Equatable, Sendable {
    /// Whoever wrote the document.
    case user
    /// It stands in a definition of which that isn't on record.
    case unknown
    /// Roost has added it, and why.
    case roost(String)
}

/// An element of a document, in which every part knows who has said it.
package struct DocumentNode: Equatable, Sendable {
    /// An attribute.
    package struct Attribute: Equatable, Sendable {
        package var name: String
        package var value: String
        package var author: DocumentAuthor
        /// What stood there before Roost changed it.
        package var former: String?
    }

    package var name: String
    package var attributes: [Attribute]
    package var children: [DocumentNode]
    package var text: String
    /// Who has said that there is such an element.
    package var author: DocumentAuthor
    /// Who has said the text in it, and what that was before Roost changed it.
    var textAuthor: DocumentAuthor
    var formerText: String?

    /// A document, all of it by one author; nil where the text isn't one.
    package init?(xml: String, by author: DocumentAuthor) {
        guard let document = try? XMLDocument(xml) else { return nil }
        self.init(document.root, by: author)
        withExtendedLifetime(document) {}
    }

    /// The depth is bounded by the parser's limit.
    private init(_ node: XMLNode, by author: DocumentAuthor) {
        name = node.writtenName
        attributes = node.attributes.map { Attribute(name: $0.name, value: $0.value, author: author) }
        children = node.children.map { DocumentNode($0, by: author) }
        text = children.isEmpty ? node.text : ""
        (self.author, textAuthor) = (author, author)
    }

    /// The value of an attribute.
    package func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// The first child of a name.
    package func child(_ name: String) -> DocumentNode? { children.first { $0.name == name } }

    /// The name by which a running guest's device is known.
    package var alias: String? { child("alias")?.attribute("name") }
}
