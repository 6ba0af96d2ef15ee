/// A name as a key: another name is the same only if every byte is.
///
/// A `String` as a key takes the two spellings of 'é' for one; files and libvirt's clients don't.
public struct ByteName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    @inlinable public init(_ text: String) { self.text = text }

    @inlinable public static func == (one: ByteName, other: ByteName) -> Bool {
        one.text.hasSameBytes(as: other.text)
    }

    @inlinable public static func < (one: ByteName, other: ByteName) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    @inlinable public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    public var description: String { text }
}
