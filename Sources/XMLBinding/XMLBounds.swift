/// Limits that a text must keep before it is handed to the parser: whoever may send a document, even on the
/// read-only socket, must not be able to use up memory or time with it.
public struct XMLBounds: Sendable {
    /// The most bytes in a document.
    public var size = 16 << 20
    /// The most tags in a document.
    public var tags = 400_000
    /// The most attributes in one tag: the parser compares each with all others.
    public var attributes = 256
    /// The most namespaces that an element may see, those of the elements around it included: the parser looks each
    /// prefix up among all of them. A megabyte of nested ones kept it busy for a minute and a half.
    public var namespaces = 64
    /// How deep elements may be nested: whoever walks over a tree may recurse.
    public var depth = 256

    /// The most elements of one name in a list, where nothing smaller is said: what documents list is compared,
    /// numbered and put in order.
    public static let list = 16_384

    public init() {}

    /// Refuses a text that breaks a limit or brings a document type, the way to entities and outside files.
    ///
    /// It need not be well-formed: what this pass misreads, the parser refuses.
    public func check(_ text: UnsafeBufferPointer<UInt8>) throws(XMLError) {
        guard text.count <= size else {
            throw XMLError(.xml, "the document is larger than \(size) bytes")
        }
        guard !text.contains(0) else {
            throw XMLError(.malformed, "the document contains a zero byte, which would hide what follows it")
        }
        var scan = TagScan(text: text)
        var count = 0
        // How many namespaces each open element declares, and all of them.
        var open: [Int] = []
        var inScope = 0
        while scan.nextTag() {
            count += 1
            if count > tags {
                throw XMLError(.xml, "the document has more than \(tags) tags", line: scan.line)
            }
            if scan.isDocumentType {
                throw XMLError(.xml, "a document type is not allowed", line: scan.line)
            }
            let isEnd = scan.isEnd
            let tag = scan.readTag()
            if tag.values > attributes {
                throw XMLError(.xml, "a tag has more than \(attributes) attributes", line: scan.line)
            }
            if inScope + tag.namespaces > namespaces {
                throw XMLError(.xml, "more than \(namespaces) namespaces are nested", line: scan.line)
            }
            if isEnd {
                inScope -= open.popLast() ?? 0
            } else if !scan.wasEmptyElement {
                open.append(tag.namespaces)
                inScope += tag.namespaces
            }
            if open.count > depth {
                throw XMLError(.xml, "elements are nested more than \(depth) deep", line: scan.line)
            }
        }
    }
}

/// Walks over the tags of a text without understanding them further.
private struct TagScan {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    /// Moves behind the next `<`, past comments, instructions and verbatim sections; false at the end.
    mutating func nextTag() -> Bool {
        while position < text.count {
            let byte = text[position]
            position += 1
            guard byte == UInt8(ascii: "<") else { continue }
            if starts("!--") {
                skip(to: "-->")
            } else if starts("![CDATA[") {
                skip(to: "]]>")
            } else if starts("?") {
                skip(to: "?>")
            } else {
                return true
            }
        }
        return false
    }

    var isDocumentType: Bool { starts("!DOCTYPE") || starts("!ENTITY") }

    var isEnd: Bool { starts("/") }

    /// Whether the tag before the present position closed itself.
    var wasEmptyElement: Bool {
        position >= 2 && position <= text.count && text[position - 1] == UInt8(ascii: ">")
            && text[position - 2] == UInt8(ascii: "/")
    }

    /// Moves to the end of the tag, and counts the quoted values and the declared namespaces on the way.
    mutating func readTag() -> (values: Int, namespaces: Int) {
        var counts = (values: 0, namespaces: 0)
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: ">") { break }
            // What stands in no quotes is names; those of namespaces begin so.
            if byte == UInt8(ascii: "x"), starts("mlns") { counts.namespaces += 1 }
            guard byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") else { continue }
            counts.values += 1
            while position < text.count, text[position] != byte { position += 1 }
            position += 1
        }
        return counts
    }

    /// The line of the present position; only computed for an error.
    var line: Int {
        text.prefix(position).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }

    private func starts(_ word: StaticString) -> Bool {
        guard text.count - position >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount
        where text[position + offset] != word.utf8Start[offset] { return false }
        return true
    }

    private mutating func skip(to word: StaticString) {
        while position < text.count, !starts(word) { position += 1 }
        position = min(position + word.utf8CodeUnitCount, text.count)
    }
}
