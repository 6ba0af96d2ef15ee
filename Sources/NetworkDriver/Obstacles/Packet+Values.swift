import ByteText
import JSON
import VirtXML

extension Packet {
    /// Whether a value is what a rule asks for: a value, one of several, a prefix, a range or the elements of a set.
    func equals(
        _ value: Value, _ wanted: JSONValue, in rules: Ruleset, _ table: Ruleset.TableName
    ) -> Bool? {
        if let elements = rules.elements(wanted, in: table) ?? wanted.array {
            return any(elements) { equals(value, $0, in: rules, table) }
        }
        if let element = wanted["elem"]?["val"] { return equals(value, element, in: rules, table) }
        switch value {
        case .word(let word): return wanted.string.map { Self.matches(word, $0) }
        case .number(let number): return Self.matches(number, wanted)
        case .address(let address): return Self.matches(address, wanted)
        }
    }

    /// Whether any of them holds; nil where none surely does and one may.
    private func any(_ elements: [JSONValue], _ holds: (JSONValue) -> Bool?) -> Bool? {
        var isKnown = true
        for element in elements {
            switch holds(element) {
            case true?: return true
            case nil: isKnown = false
            case false?: break
            }
        }
        return isKnown ? false : nil
    }

    /// A word, or the beginning of a link's name with an asterisk.
    private static func matches(_ word: String, _ wanted: String) -> Bool {
        if let start = wanted.droppingByteSuffix("*") { return word.hasBytePrefix(start) }
        return word.hasSameBytes(as: wanted)
    }

    private static func matches(_ number: UInt64, _ wanted: JSONValue) -> Bool? {
        if let range = wanted["range"]?.array {
            guard range.count == 2, let low = range[0].uint, let high = range[1].uint else { return nil }
            return low <= number && number <= high
        }
        return wanted.uint.map { $0 == number }
    }

    private static func matches(_ address: IPAddress, _ wanted: JSONValue) -> Bool? {
        if let prefix = wanted["prefix"] {
            guard let network = prefix["addr"]?.string.flatMap({ IPAddress($0) }),
                let length = prefix["len"]?.uint, length <= 128
            else { return nil }
            return network.family == address.family
                && address.network(prefix: UInt32(length)) == network.network(prefix: UInt32(length))
        }
        if let range = wanted["range"]?.array {
            guard range.count == 2, let low = range[0].string.flatMap({ IPAddress($0) }),
                let high = range[1].string.flatMap({ IPAddress($0) })
            else { return nil }
            return !(address < low) && !(high < address)
        }
        return wanted.string.flatMap { IPAddress($0) }.map { $0 == address }
    }
}
