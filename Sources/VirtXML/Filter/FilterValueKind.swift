import ByteText
import XMLBinding

/// What an attribute of a match may hold. Any may hold a variable instead.
enum FilterValueKind: Sendable {
    case number(UInt32)
    case mac, address, mask, protocolID, ipProtocol, opcode, flag, lower, text

    /// The value in the form in which it's kept; nil if it isn't one.
    func normalized(_ text: String) -> String? {
        if text.hasBytePrefix("$") { return Self.variable(text) }
        switch self {
        case .text, .address: return text
        case .lower: return text.lowercased()
        case .mac: return MACAddress(xml: text)?.xml
        case .mask: return Self.prefix(text)
        case .flag: return ["yes", "true", "1"].contains(text) ? "true" : "false"
        case .number(let limit): return UInt32(anyBase: text).flatMap { $0 <= limit ? text : nil }
        case .protocolID: return Self.named(text, Self.protocolIDs, 0x600...0xFFFF)
        case .ipProtocol: return Self.named(text, Self.ipProtocols, 0...255)
        case .opcode: return Self.named(text, Self.opcodes, 0...0xFFFF)
        }
    }

    /// A variable with its index, without blanks; the first iterator is the usual one and isn't said.
    private static func variable(_ text: String) -> String? {
        let bare = text.removingBlanks()
        return bare.droppingByteSuffix("[@0]").map { String($0) } ?? bare
    }

    /// A mask as the number of its bits.
    private static func prefix(_ text: String) -> String? {
        if let bits = UInt32(text) { return bits <= 128 ? text : nil }
        let parts = text.split(atByte: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if parts.count == 4 {
            let value = parts.compactMap { $0 }.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard !parts.contains(nil), (~value) & ((~value) &+ 1) == 0 else { return nil }
            return String(value.nonzeroBitCount)
        }
        let groups = text.split(atByte: ":", omittingEmptySubsequences: true).map { UInt16($0, radix: 16) }
        guard !groups.isEmpty, !groups.contains(nil), groups.count <= 8 else { return nil }
        return String(groups.compactMap { $0?.nonzeroBitCount }.reduce(0, +))
    }

    /// A word, or a number for which there may be one.
    private static func named(
        _ text: String, _ words: [(UInt32, String)], _ range: ClosedRange<UInt32>
    ) -> String? {
        if let word = words.first(where: { $0.1.lowercased() == text.lowercased() }) { return word.1 }
        guard let number = UInt32(anyBase: text), range.contains(number) else { return nil }
        return words.first { $0.0 == number }?.1 ?? String(number)
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
