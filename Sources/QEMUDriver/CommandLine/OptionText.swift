/// The only writer of QEMU's `first,key=value,…` option texts. A comma within a value is doubled, as QEMU
/// reads it back, so no value can become a second option.
struct OptionText: Equatable, Sendable {
    private(set) var text = ""

    /// An option that starts with a bare word, such as `-chardev pty`.
    init(_ first: String = "") { text = Self.escaped(first) }

    /// Appends `key=value`, unless there is no value.
    mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        if !text.isEmpty { text += "," }
        text += key + "=" + Self.escaped(value)
    }

    /// Appends `key=value`, unless there is no value.
    mutating func add(_ key: String, _ value: (some BinaryInteger)?) { add(key, value.map { String($0) }) }

    /// Appends `key=on` or `key=off`, unless there is no value.
    mutating func add(_ key: String, on value: Bool?) { add(key, value.map { $0 ? "on" : "off" }) }

    /// Appends `key=yes` or `key=no`, unless there is no value.
    mutating func add(_ key: String, yes value: Bool?) { add(key, value.map { $0 ? "yes" : "no" }) }

    /// Appends a bare word.
    mutating func add(word: String) {
        if !text.isEmpty { text += "," }
        text += Self.escaped(word)
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: ",")) else { return value }
        return value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}
