import ByteText
import XMLBinding

/// What an attribute of a match may hold. Any may hold a variable instead.
enum FilterValueKind: Sendable {
    /// A number up to a limit, which may be hexadecimal.
    case number(UInt32)
    case decimal(UInt32)
    case address(AddressFamily), mask(AddressFamily)
    /// What a tagged frame holds may be a length, too.
    case taggedProtocolID
    case mac, macMask, protocolID, ipProtocol, opcode, flag, state, flags, setName, setFlags, text

    /// The value in the form in which it's kept; nil if it isn't one.
    func normalized(_ text: String) -> String? {
        if case .text = self { return Self.comment(text) }
        if text.hasBytePrefix("$") { return Self.variable(text) }
        switch self {
        case .text: return text
        case .mac: return MACAddress(xml: text)?.xml
        case .macMask: return Self.macMask(text)
        case .address(let family): return IPAddress(text).flatMap { $0.family == family ? "\($0)" : nil }
        case .mask(let family): return Self.prefix(text, family)
        case .flag: return ["yes", "true", "1"].contains(text) ? "true" : "false"
        case .number(let limit): return Self.number(text, limit)
        case .decimal(let limit): return UInt32(xml: text).flatMap { $0 <= limit ? String($0) : nil }
        case .protocolID: return Self.named(text, Self.protocolIDs, 0x600...0xFFFF)
        case .taggedProtocolID: return Self.named(text, Self.protocolIDs, 60...0xFFFF)
        case .ipProtocol: return Self.named(text, Self.ipProtocols, 0...255)
        case .opcode:
            let usual = Self.named(text, Self.opcodes, 0...0xFFFF)
            return usual.flatMap { UInt32(anyBase: $0) }.map { String($0) } ?? usual
        case .state, .flags, .setName, .setFlags: return connection(text)
        }
    }

    /// Of a comment no more is kept than packet filters take.
    private static func comment(_ text: String) -> String {
        text.utf8.count > 256 ? String(decoding: text.utf8.prefix(256), as: UTF8.self) : text
    }

    /// A variable with its index; the first iterator is the usual one and isn't said.
    private static func variable(_ text: String) -> String? {
        let parts = text.dropFirst().split(atByte: "[", omittingEmptySubsequences: false)
        guard let name = parts.first, name.utf8.allSatisfy({ isWord($0) }) else { return nil }
        guard parts.count > 1 else { return "$\(name)" }
        let rest = parts[1].split(atByte: "]", omittingEmptySubsequences: false)
        guard parts.count == 2, rest.count > 1 else { return nil }
        let index = String(rest[0]).removingBlanks()
        let isIterator = index.hasBytePrefix("@")
        guard let number = UInt32(isIterator ? String(index.dropFirst()) : index) else { return nil }
        if isIterator, number == 0 { return "$\(name)" }
        return "$\(name)[\(isIterator ? "@" : "")\(number)]"
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    private static func number(_ text: String, _ limit: UInt32) -> String? {
        if text.hasBytePrefix("0x") || text.hasBytePrefix("0X") {
            return UInt32(anyBase: text).flatMap { $0 <= limit ? $0.hex(width: 1) : nil }
        }
        // What is no decimal number is a hexadecimal one. C takes negative numbers for large ones.
        guard let number = Int64(xml: text) else {
            return UInt32(text, radix: 16).flatMap { $0 <= limit ? $0.hex(width: 1) : nil }
        }
        guard let value = UInt32(exactly: number < 0 ? number + 1 << 32 : number),
            value <= limit
        else { return nil }
        return String(value)
    }

    private static func macMask(_ text: String) -> String? {
        guard let mask = MACAddress(xml: text) else { return nil }
        let rest = ~mask.value & 0xFFFF_FFFF_FFFF
        return rest & (rest + 1) == 0 ? mask.xml : nil
    }

    /// A mask as the number of its bits.
    private static func prefix(_ text: String, _ family: AddressFamily) -> String? {
        if let bits = UInt32(text) { return bits <= (family == .ipv4 ? 32 : 128) ? String(bits) : nil }
        guard let mask = IPAddress(text), mask.family == family else { return nil }
        return mask.maskLength.map { String($0) }
    }

    /// A word, or a number for which there may be one.
    private static func named(
        _ text: String, _ words: [(UInt32, String)], _ range: ClosedRange<UInt32>
    ) -> String? {
        if let word = words.first(where: { $0.1.lowercased() == text.lowercased() }) { return word.1 }
        guard let usual = number(text, range.upperBound), let number = UInt32(anyBase: usual),
            range.contains(number)
        else { return nil }
        return words.first { $0.0 == number }?.1 ?? usual
    }

    /// The number that a value in its usual form stands for.
    func number(_ text: String) -> UInt32? {
        let words: [(UInt32, String)] =
            switch self {
            case .protocolID, .taggedProtocolID: Self.protocolIDs
            case .ipProtocol: Self.ipProtocols
            case .opcode: Self.opcodes
            default: []
            }
        return words.first { $0.1.hasSameBytes(as: text) }?.0 ?? UInt32(anyBase: text)
    }

    private static let protocolIDs: [(UInt32, String)] = [
        (0x800, "ipv4"), (0x806, "arp"), (0x8035, "rarp"), (0x86DD, "ipv6"), (0x8100, "vlan"),
    ]

    private static let ipProtocols: [(UInt32, String)] = [
        (6, "tcp"), (17, "udp"), (136, "udplite"), (50, "esp"), (51, "ah"), (1, "icmp"), (2, "igmp"),
        (132, "sctp"), (58, "icmpv6"),
    ]

    private static let opcodes: [(UInt32, String)] = [
        (1, "Request"), (2, "Reply"), (3, "Request_Reverse"), (4, "Reply_Reverse"), (5, "DRARP_Request"),
        (6, "DRARP_Reply"), (7, "DRARP_Error"), (8, "InARP_Request"), (9, "ARP_NAK"),
    ]
}
