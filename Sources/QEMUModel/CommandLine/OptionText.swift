import ByteText

/// The only writer of QEMU's `first,key=value,…` option texts. A comma within a value is doubled, as QEMU
/// reads it back, so no value can become a second option.
package struct OptionText: Equatable, Sendable {
    package private(set) var text = ""
    /// The pieces that do not come from what the option as a whole comes from.
    private(set) var fragments: [Fragment] = []

    /// A piece of the text, by its bytes, and what it comes from.
    struct Fragment: Equatable, Sendable {
        var range: Range<Int>
        var origin: QEMUOrigin
    }

    /// An option that starts with a bare word, such as `-chardev pty`.
    package init(_ first: String = "") { text = Self.escaped(first) }

    /// Appends `key=value`, unless there is no value.
    package mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        if !text.isEmpty { text += "," }
        text += key + "=" + Self.escaped(value)
    }

    /// Appends `key=value`, unless there is no value.
    package mutating func add(_ key: String, _ value: (some BinaryInteger)?) {
        add(key, value.map { String($0) })
    }

    /// Appends `key=on` or `key=off`, unless there is no value.
    package mutating func add(_ key: String, on value: Bool?) { add(key, value.map { $0 ? "on" : "off" }) }

    /// Appends `key=yes` or `key=no`, unless there is no value.
    package mutating func add(_ key: String, yes value: Bool?) { add(key, value.map { $0 ? "yes" : "no" }) }

    /// Appends a bare word.
    package mutating func add(word: String) {
        if !text.isEmpty { text += "," }
        text += Self.escaped(word)
    }

    /// Notes that all that `body` appends comes from somewhere else than the option as a whole.
    package mutating func from<Failure: Error>(
        _ origin: QEMUOrigin, _ body: (inout OptionText) throws(Failure) -> Void
    ) throws(Failure) {
        let start = text.utf8.count
        try body(&self)
        // The comma before a piece belongs to none.
        let first = start == 0 ? 0 : start + 1
        if first < text.utf8.count {
            fragments.append(Fragment(range: first..<text.utf8.count, origin: origin))
        }
    }

    /// As above, for an element by its path.
    package mutating func from<Failure: Error>(
        _ element: String, _ body: (inout OptionText) throws(Failure) -> Void
    ) throws(Failure) {
        try from(.element(element), body)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing(byte: ",", with: ",,")
    }
}
