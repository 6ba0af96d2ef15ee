import XMLBinding

/// Who has said something in a document.
enum DocumentAuthor: Equatable, Sendable {
    /// Whoever wrote the document.
    case user
    /// It stands in a definition of which that isn't on record.
    case unknown
    /// Roost has added it, and why.
    case roost(String)
}

/// An element of a document, in which every part knows who has said it.
struct DocumentNode: Equatable, Sendable {
    /// An attribute.
    struct Attribute: Equatable, Sendable {
        var name: String
        var value: String
        var author: DocumentAuthor
        /// What stood there before Roost changed it.
        var former: String?
    }

    var name: String
    var attributes: [Attribute]
    var children: [DocumentNode]
    var text: String
    /// Who has said that there is such an element.
    var author: DocumentAuthor
    /// Who has said the text in it, and what that was before Roost changed it.
    var textAuthor: DocumentAuthor
    var formerText: String?

    /// A document, all of it by one author; nil where the text isn't one.
    init?(xml: String, by author: DocumentAuthor) {
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
    func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    /// The first child of a name.
    func child(_ name: String) -> DocumentNode? { children.first { $0.name == name } }

    /// The name by which a running guest's device is known.
    var alias: String? { child("alias")?.attribute("name") }
}
