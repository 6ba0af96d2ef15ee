/// One ASCII letter, written as a literal: what separates and ends things in text that programs read.
public struct ASCII: Hashable, Sendable, ExpressibleByUnicodeScalarLiteral {
    public let byte: UInt8

    public init(unicodeScalarLiteral letter: Unicode.Scalar) { byte = UInt8(ascii: letter) }
}
