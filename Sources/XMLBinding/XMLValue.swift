import ByteText

/// A value that is written as the text of an attribute or an element.
public protocol XMLValue {
    /// Reads the value; nil if the text isn't one.
    init?(xml text: String)
    /// The value as text, before escaping.
    var xml: String { get }
    /// What an error says would have been right, such as `integer value`; may be empty.
    static var expectation: String { get }
    /// What is wrong with a text that isn't one, where an attribute or element `name` holds it; nil for the
    /// usual words.
    static func complaint(about text: String, in name: String) -> XMLError?
}

extension XMLValue {
    @inlinable public static var expectation: String { "" }
    @inlinable public static func complaint(about text: String, in name: String) -> XMLError? { nil }
}

/// A value that is one of a few words. An enumeration's raw values are the words.
public protocol XMLWord: XMLValue, RawRepresentable, CaseIterable, Sendable, Hashable
where RawValue == String {}

extension XMLWord {
    @inlinable public init?(xml text: String) { self.init(rawValue: text) }
    @inlinable public var xml: String { rawValue }
}

extension String: XMLValue {
    @inlinable public init?(xml text: String) { self = text }
    @inlinable public var xml: String { self }
}

extension FixedWidthInteger where Self: XMLValue {
    /// Reads a decimal number, with an optional sign and blanks in front, as C does.
    @inlinable public init?(xml text: String) {
        let digits = text.utf8.first.map { $0 <= 32 } == true ? String(text.trimmingLeadingBlanks()) : text
        self.init(digits, radix: 10)
    }

    /// Reads a number in any of C's notations: decimal, `0x` hexadecimal, or octal with a zero in front.
    @inlinable public init?(anyBase text: String) {
        if let digits = text.droppingBytePrefix("0x") ?? text.droppingBytePrefix("0X") {
            self.init(digits, radix: 16)
        } else if text.utf8.count > 1, let digits = text.droppingBytePrefix("0") {
            self.init(digits, radix: 8)
        } else {
            self.init(xml: text)
        }
    }

    @inlinable public var xml: String { String(self) }

    @inlinable public static var expectation: String {
        isSigned ? "integer value" : "non-negative integer value"
    }

    /// The number in hexadecimal with at least `width` digits after `0x`.
    @inlinable public func hex(width: Int) -> String {
        let digits = String(self, radix: 16)
        return "0x" + String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}

extension Int: XMLValue {}
extension Int16: XMLValue {}
extension Int32: XMLValue {}
extension Int64: XMLValue {}
extension UInt: XMLValue {}
extension UInt8: XMLValue {}
extension UInt16: XMLValue {}
extension UInt32: XMLValue {}
extension UInt64: XMLValue {}
