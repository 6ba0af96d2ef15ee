import ByteText

/// A number of libvirt's that has a name: it describes itself by it, and by the number where it has none.
public protocol NamedValue: RawRepresentable<Int32>, Hashable, Sendable, CustomStringConvertible {
    /// The names with their numbers: `error=-1 incompatible=0`.
    static var names: StaticString { get }
}

extension NamedValue {
    public var description: String {
        Names(Self.names).first { $0.value == Int64(rawValue) }.map { String($0.name) } ?? "\(rawValue)"
    }
}

/// A set of flags of libvirt's: it describes itself by their names, and by the number of those that have none.
public protocol NamedFlags: OptionSet, Hashable, Sendable, CustomStringConvertible where RawValue == UInt32 {
    /// The names with their bits: `live=1 config=2`.
    static var names: StaticString { get }
}

extension NamedFlags {
    public var description: String {
        var rest = Int64(rawValue)
        var found: [String] = []
        for (name, value) in Names(Self.names) where value.nonzeroBitCount == 1 && rest & value != 0 {
            found.append(String(name))
            rest &= ~value
        }
        if rest != 0 { found.append("\(rest)") }
        return "[" + found.joined(separator: ", ") + "]"
    }
}

/// The pairs of a type's names and values.
private struct Names: Sequence, IteratorProtocol {
    private var words: ArraySlice<Substring>

    init(_ text: StaticString) { words = "\(text)".split(atByte: " ")[...] }

    mutating func next() -> (name: Substring, value: Int64)? {
        guard let word = words.popFirst(), let (name, number) = word.cut(atByte: "="),
            let value = Int64(number)
        else {
            return nil
        }
        return (name, value)
    }
}
