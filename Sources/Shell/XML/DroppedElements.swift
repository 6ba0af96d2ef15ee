import ByteText
import CLibXML2

/// The elements of a document that are not in what became of it: most likely they are misspelt, or stand in a wrong place, and
/// libvirt's way is to say nothing of that.
enum DroppedElements {
    /// What to tell of them, a line each; nothing where either text can't be read.
    static func warnings(given: String, result: String) -> [String] {
        guard let given = try? XMLQuery(given), let result = try? XMLQuery(result) else { return [] }
        guard let there = paths(of: result) else { return [] }
        var warnings: [String] = []
        var told: Set<String> = []
        each(of: given) { node, parent in
            let path = "\(parent)/\(node.name)"
            if there[path] != nil { return true }
            if node.isWorthTelling, !leftOut.contains(path), told.insert(path).inserted {
                let meant = nearestWord(to: node.name, among: there[parent] ?? [])
                warnings.append(
                    "line \(node.line): <\(node.name)> in <\(parent.lastStep)> is not understood and was left out"
                        + (meant.map { "; did you mean <\($0)>?" } ?? ""))
            }
            return false
        }
        return warnings
    }

    /// What is understood, and yet not kept: the link's name that the host had for a card of another run.
    private static let leftOut: Set = ["/domain/devices/interface/target"]

    /// The paths of a document's elements, with the names of what is in each.
    private static func paths(of document: XMLQuery) -> [String: [String]]? {
        var found: [String: [String]] = [:]
        each(of: document) { node, parent in
            found[parent, default: []].append(node.name)
            found["\(parent)/\(node.name)", default: []] += []
            return true
        }
        return found.isEmpty ? nil : found
    }

    /// Calls `body` with each element and its parent's path; it says whether those inside follow.
    private static func each(of document: XMLQuery, _ body: (XMLQuery.Node, String) -> Bool) {
        func walk(_ node: XMLQuery.Node, _ parent: String) {
            // Metadata and elements of other namespaces are whoever's who wrote them.
            if node.hasNamespace || node.name == "metadata" { return }
            guard body(node, parent) else { return }
            for child in node.nodes("*") { walk(child, "\(parent)/\(node.name)") }
        }
        for root in (try? document.nodes("/*")) ?? [] { walk(root, "") }
    }
}

extension XMLQuery.Node {
    fileprivate var hasNamespace: Bool { pointer.pointee.ns != nil }
    fileprivate var line: Int { Int(xmlGetLineNo(pointer)) }
    /// Whether it says anything: tools write many elements that are empty.
    fileprivate var isWorthTelling: Bool { has("@* | * | text()[normalize-space()]") }
}

extension String {
    fileprivate var lastStep: Substring { cut(atLastByte: "/")?.after ?? self[...] }
}
