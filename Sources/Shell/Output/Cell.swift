import JSON

/// A value that a command shows: people read its text, programs what it is in JSON.
struct Cell: CustomStringConvertible, ExpressibleByStringLiteral {
    let description: String
    let json: JSONValue

    init(_ text: String, _ json: JSONValue) { (description, self.json) = (text, json) }

    init(stringLiteral text: String) { self.init(text, .string(text)) }

    static func text(_ text: String) -> Cell { Cell(text, .string(text)) }

    /// What isn't there, or isn't known, as people read it.
    static func missing(_ text: String) -> Cell { Cell(text, .null) }

    /// A text that may not be there; people read `without` then.
    static func text(_ text: String?, without: String) -> Cell {
        Cell(text ?? without, text.map(JSONValue.string) ?? .null)
    }

    static func number(_ number: some BinaryInteger) -> Cell { Cell("\(number)", JSONValue(number)) }

    /// Yes or no, as people read it; nil is what nobody knows.
    static func flag(_ isSo: Bool?, _ yes: String = "yes", _ no: String = "no", unknown: String = "unknown")
        -> Cell
    {
        Cell(isSo.map { $0 ? yes : no } ?? unknown, isSo.map(JSONValue.bool) ?? .null)
    }

    static func kibibytes(_ count: UInt64) -> Cell {
        Cell("\(count) KiB", JSONValue(count.multipliedReportingOverflow(by: 1024).partialValue))
    }

    /// A time, which people read in seconds.
    static func seconds(nanoseconds: UInt64) -> Cell {
        Cell((Double(nanoseconds) / 1_000_000_000).text(digits: 1) + "s", JSONValue(nanoseconds))
    }

    /// A size in bytes, which people read as `text`.
    static func size(_ bytes: UInt64, _ text: String) -> Cell { Cell(text, JSONValue(bytes)) }

    static func size(_ bytes: UInt64) -> Cell { size(bytes, ByteSize.text(bytes, digits: 2)) }
}
