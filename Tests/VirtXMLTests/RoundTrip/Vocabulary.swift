import XMLBinding

/// Texts that stand for what a type can't tell: what sample documents say at a place, and words for any place.
struct Vocabulary: Sendable {
    private var words: [String: [String]] = [:]

    /// Learns from documents what an attribute (`element@attribute`) or an element's text may be.
    init(learningFrom texts: [String]) {
        for text in texts {
            guard let document = try? XMLDocument(text) else { continue }
            withExtendedLifetime(document) { learn(document.root) }
        }
    }

    func words(at place: String) -> [String] { words[place] ?? [] }

    private mutating func learn(_ node: XMLNode) {
        for (name, value) in node.attributes { words["\(node.name)@\(name)", default: []].append(value) }
        let text = node.text
        if !text.allSatisfy(\.isWhitespace) { words[node.name, default: []].append(text) }
        for child in node.children { learn(child) }
    }

    /// Numbers, addresses, paths, and what has to be escaped.
    static let general = [
        "a", "name", "vda", "/dev/sda", "/tmp/a b", "0", "1", "7", "0x1f", "4096", "1.2.3.4", "fe80::1", "::",
        "255.255.255.0", "52:54:00:12:34:56", "0000:00:1f.2", "0-3,8", "1", "auto", "yes", "on", "all",
        "none",
        "reset", "6cf8a0a3-0f2b-4d2c-9a11-2f2d3f4a5b6c", "2025-01-31", "<&>'\"", "Zürich", " padded ",
        "one\ntwo", "tab\there", "12", "128", "50060b0000c26200", "0x5006", "default",
    ]
}
