import ByteText

/// Writes a document in libvirt's form: two spaces a level, single quotes, one element a line.
@usableFromInline struct XMLWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var depth = 0
    /// The last start tag still takes attributes.
    private var tagIsOpen = false
    /// The present element holds text, so its end tag follows on the same line.
    private var afterText = false

    /// A place to return to when an element turns out to be empty.
    @usableFromInline struct Mark {
        fileprivate var count: Int
        fileprivate var tagIsOpen: Bool
        fileprivate var begun: Int
    }

    init() { bytes.reserveCapacity(4096) }

    mutating func begin(_ name: StaticString) -> Mark {
        let count = bytes.count
        let wasOpen = tagIsOpen
        closeTag()
        indent()
        byte("<")
        append(name)
        depth += 1
        tagIsOpen = true
        return Mark(count: count, tagIsOpen: wasOpen, begun: bytes.count)
    }

    /// Ends the element; if nothing was written since its begin and `omitEmpty` is set, it never was.
    mutating func end(_ name: StaticString, _ mark: Mark, omitEmpty: Bool) {
        depth -= 1
        if tagIsOpen, omitEmpty, bytes.count == mark.begun {
            bytes.removeSubrange(mark.count...)
            tagIsOpen = mark.tagIsOpen
            return
        }
        if tagIsOpen {
            append("/>\n")
        } else {
            if !afterText { indent() }
            append("</")
            append(name)
            append(">\n")
        }
        tagIsOpen = false
        afterText = false
    }

    mutating func attribute(_ name: StaticString, _ value: String) {
        byte(" ")
        append(name)
        append("='")
        escape(value, inAttribute: true)
        byte("'")
    }

    /// Writes attributes that are already in their final form, with a blank in front.
    mutating func verbatim(attributes: String) { bytes.append(contentsOf: attributes.utf8) }

    mutating func text(_ value: String) {
        byte(">")
        tagIsOpen = false
        afterText = true
        escape(value)
    }

    /// Writes lines that are already in their final form, with the indentation in front.
    mutating func verbatim(_ text: String) {
        closeTag()
        indent()
        bytes.append(contentsOf: text.utf8)
        byte("\n")
    }

    mutating func closeTag() {
        if tagIsOpen { append(">\n") }
        tagIsOpen = false
    }

    mutating func blankLine() {
        closeTag()
        byte("\n")
    }

    private mutating func indent() {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func byte(_ scalar: Unicode.Scalar) { bytes.append(UInt8(ascii: scalar)) }

    private mutating func append(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func escape(_ text: String, inAttribute: Bool = false) {
        if text.utf8.allSatisfy(isPlain) {
            bytes.append(contentsOf: text.utf8)
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x80: escape(UInt8(truncatingIfNeeded: scalar.value), inAttribute)
            case 0xFFFE, 0xFFFF: break
            default: bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
    }

    /// Control characters can't stand in a document and are left out, as are U+FFFE and U+FFFF; blanks that a reader would take for
    /// something else stand as their numbers.
    private mutating func escape(_ byte: UInt8, _ inAttribute: Bool) {
        switch byte {
        case UInt8(ascii: "<"): append("&lt;")
        case UInt8(ascii: ">"): append("&gt;")
        case UInt8(ascii: "&"): append("&amp;")
        case UInt8(ascii: "'"): append("&apos;")
        case UInt8(ascii: "\""): append("&quot;")
        case 13: append("&#13;")
        case 9 where inAttribute: append("&#9;")
        case 10 where inAttribute: append("&#10;")
        case 9, 10, 32...: bytes.append(byte)
        default: break
        }
    }
}

/// Whether a byte stands for itself everywhere.
private func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "\""): false
    // The first byte of the two letters that can't stand in a document.
    case 0xEF: false
    default: byte >= 32
    }
}
