import CLibXML2
import VirtXML

@testable import XMLBinding

/// An element that a document gets beside its own.
struct Growth: Hashable {
    /// Which child of which child … of the root gets it.
    var path: [Int]
    var name: String
    var namespace: String?
}

/// A document that is changed while it is read: the binder tells each name that it looks up with its type, so that
/// all places where any text may stand are found with nothing written for any element.
final class GrownDocument: XMLInvention {
    /// Where any text may stand, or an element may be.
    enum Place {
        case text(isThere: Bool)
        case element(Growth)
    }

    private struct Lookup: Hashable {
        var node: xmlNodePtr
        var name: String
    }

    /// The places in the order in which they were looked up, each with what tells it from others of its kind; only
    /// when nothing is changed.
    private var places: [(key: String, place: Place)] = []
    private var count = 0
    private let text: ((Int) -> String?)?
    private var seen: Set<Lookup> = []
    private let fresh: [XMLNode]

    /// - Parameter text: what is put into the place with a number; nil leaves it alone.
    private init(_ text: ((Int) -> String?)?, fresh: [XMLNode]) {
        self.text = text
        self.fresh = fresh
    }

    /// Reads a document whose texts are changed; the domain is nil where it is refused.
    static func read(
        _ document: String, growth: [Growth] = [], text: ((Int) -> String?)? = nil
    ) throws -> (domain: DomainDefinition?, places: [(key: String, place: Place)]) {
        let tree = try XMLDocument(document)
        let fresh = growth.compactMap { growth in
            let parent = growth.path.reduce(tree.root) { $0.children[$1] }
            parent.add(growth.name, namespace: growth.namespace)
            return parent.children.last
        }
        let grown = GrownDocument(text, fresh: fresh)
        var binder = XMLBinder(inventing: grown, in: tree.root, options: .inactive)
        var domain = DomainDefinition()
        let isRead = (try? domain.bind(&binder)) != nil
        return (isRead ? domain : nil, grown.places)
    }

    func attribute(_ name: StaticString, of node: XMLNode, as type: any XMLValue.Type, required: Bool) {
        let name = "\(name)"
        guard seen.insert(Lookup(node: node.pointer, name: "@" + name)).inserted else { return }
        let old = node.attributes.first { $0.name == name }
        if type == String.self {
            let number = note(node, "@" + name, .text(isThere: old != nil))
            if let new = text?(number) {
                if old != nil { node.unset(name) }
                node.set(name, new)
                return
            }
        }
        if required, old == nil, isFresh(node) { node.set(name, Self.example(type)) }
    }

    func child(
        _ name: StaticString, in namespace: StaticString?, of node: XMLNode, many: Bool, required: Bool
    ) {
        let name = "\(name)"
        guard seen.insert(Lookup(node: node.pointer, name: name)).inserted else { return }
        guard !node.children.contains(where: { $0.name == name }) else { return }
        if required, isFresh(node) { return node.add(name, namespace: namespace?.description) }
        guard text == nil, let path = path(node) else { return count += 1 }
        _ = note(
            node, "/" + name,
            .element(Growth(path: path, name: name, namespace: namespace?.description)))
    }

    func content(of node: XMLNode, as type: any XMLValue.Type) {
        guard seen.insert(Lookup(node: node.pointer, name: "")).inserted else { return }
        let isThere = !node.text.allSatisfy(\.isWhitespace)
        if type == String.self {
            let number = note(node, "", .text(isThere: isThere))
            if let new = text?(number) { return node.replaceText(new) }
        }
        if !isThere, isFresh(node) { node.replaceText(Self.example(type)) }
    }

    private func note(_ node: XMLNode, _ name: String, _ place: Place) -> Int {
        if text == nil { places.append((key(node) + name, place)) }
        count += 1
        return count - 1
    }

    private func isFresh(_ node: XMLNode) -> Bool {
        sequence(first: node, next: \.parent).contains { node in
            fresh.contains { $0.pointer == node.pointer }
        }
    }

    /// The element's place among its kind: the names on the way to it, with the words that make kinds of them.
    private func key(_ node: XMLNode) -> String {
        sequence(first: node, next: \.parent).map { node in
            let words = node.attributes.filter {
                ["type", "model", "bus", "mode", "device", "format", "protocol"].contains($0.name)
            }
            return node.name + words.map { "[\($0.value)]" }.sorted().joined()
        }.reversed().joined(separator: "/")
    }

    private func path(_ node: XMLNode) -> [Int]? {
        guard let parent = node.parent else { return [] }
        guard let index = parent.children.firstIndex(where: { $0.pointer == node.pointer }) else {
            return nil
        }
        return path(parent).map { $0 + [index] }
    }

    private static func example(_ type: any XMLValue.Type) -> String {
        if let words = type as? any XMLWord.Type { return words.first }
        return ["1", "example", "52:54:00:00:00:01", "00000000-0000-0000-0000-000000000001", "10.0.0.1"].first
        {
            type.init(xml: $0) != nil
        } ?? ""
    }
}

extension XMLWord {
    fileprivate static var first: String { allCases.first?.rawValue ?? "" }
}

extension XMLNode {
    /// The element around this one; nil for the root.
    fileprivate var parent: XMLNode? {
        guard let parent = pointer.pointee.parent, parent.pointee.type == XML_ELEMENT_NODE else { return nil }
        return XMLNode(parent)
    }

    fileprivate func replaceText(_ text: String) {
        var next = pointer.pointee.children
        while let child = next {
            next = child.pointee.next
            guard child.pointee.type == XML_TEXT_NODE || child.pointee.type == XML_CDATA_SECTION_NODE else {
                continue
            }
            xmlUnlinkNode(child)
            xmlFreeNode(child)
        }
        setText(text)
    }
}
