import VirtXML

/// What a rule of nftables says of packets, while it is put together. Where packets may match in several ways, each becomes a
/// rule of its own.
struct RuleText {
    /// The words of each rule. None: no packet matches.
    private(set) var ways: [[String]] = [[]]

    mutating func add(_ words: String...) { add(anyOf: [words]) }

    mutating func add(anyOf more: [[String]]) {
        ways = ways.flatMap { way in more.map { way + $0 } }
    }

    /// No packet can match.
    mutating func addNever() { ways = [] }

    /// A field that is, or isn't, a value.
    mutating func add(_ field: String, is value: String, not isNegated: Bool) {
        add("\(field) \(isNegated ? "!= " : "")\(value)")
    }

    /// The rules, with what happens to packets that match.
    func rules(_ verdict: String) -> [String] {
        ways.map { (verdict.isEmpty ? $0 : $0 + [verdict]).joined(separator: " ") }.filter { !$0.isEmpty }
    }
}

/// What of packets a rule looks at, seen from the side of the guest or from the other.
struct PacketSide {
    /// Whether source and destination change places.
    let isReversed: Bool

    /// `saddr` for what comes from the rule's source.
    var source: String { isReversed ? "daddr" : "saddr" }
    var destination: String { isReversed ? "saddr" : "daddr" }

    /// The bits of headers where source and destination stand.
    func fields(_ source: String, _ destination: String) -> (source: String, destination: String) {
        isReversed ? (destination, source) : (source, destination)
    }
}

extension RuleText {
    /// An Ethernet address within a header, with its mask.
    mutating func addMAC(
        _ match: FilterMatch, _ name: String, mask: String?, _ field: String, asNumber: Bool = false
    ) {
        guard let address = match[name].flatMap({ MACAddress(xml: $0) }) else { return }
        func words(_ value: UInt64) -> String {
            asNumber ? "0x" + String(value, radix: 16) : MACAddress(number: value).xml
        }
        guard let mask = mask.flatMap({ match[$0] }).flatMap({ MACAddress(xml: $0) }) else {
            return add(field, is: words(address.value), not: match.isNegated(name))
        }
        let relation = match.isNegated(name) ? "!=" : "=="
        add("\(field) & \(words(mask.value)) \(relation) \(words(address.value & mask.value))")
    }

    /// An address of IP, with its mask.
    mutating func addAddress(_ match: FilterMatch, _ name: String, mask: String, _ field: String) {
        guard let address = match[name] else { return }
        let length = match[mask].map { "/" + $0 } ?? ""
        add(field, is: address + length, not: match.isNegated(name))
    }

    /// A number, or a range of numbers that may end with the start.
    mutating func addRange(
        _ match: FilterMatch, _ first: String, _ last: String, _ field: String, not isNegated: Bool
    ) {
        guard let start = match.number(first) else { return }
        let end = match.number(last) ?? start
        add(field, is: start == end ? "\(start)" : "\(start)-\(end)", not: isNegated)
    }

    /// A number.
    mutating func addNumber(_ match: FilterMatch, _ name: String, _ field: String) {
        guard let number = match.number(name) else { return }
        add(field, is: "\(number)", not: match.isNegated(name))
    }
}

extension MACAddress {
    /// The address that is this number.
    init(number: UInt64) {
        func byte(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: number >> shift) }
        self.init((byte(40), byte(32), byte(24), byte(16), byte(8), byte(0)))
    }
}
