import ByteText
import Virt
import VirtXML

/// How the address of a guest becomes known where nobody says it: by the variable `CTRL_IP_LEARNING`.
enum AddressLearning: String {
    /// The first packet tells it.
    case any
    /// What servers of DHCP lease counts.
    case dhcp
    case none

    init(_ binding: FilterBindingDefinition) throws(VirtError) {
        let name = "CTRL_IP_LEARNING"
        guard let text = binding.filter.parameters.first(where: { $0.name.hasSameBytes(as: name) })?.value
        else {
            self = .any
            return
        }
        let known = [AddressLearning.any, .dhcp, .none]
        guard let way = known.first(where: { $0.rawValue.hasSameBytes(as: text.lowercased()) }) else {
            throw VirtError(
                .parseFailed, "filter '\(binding.filter.filter)' learning value '\(text)' invalid.",
                from: .nwfilter)
        }
        self = way
    }
}

/// What a frame tells of a guest's addresses.
enum AddressNews: Equatable {
    case uses(IPAddress)
    case leased(IPAddress, seconds: UInt32)
    case released(IPAddress)

    /// - Parameters:
    ///   - frame: as it is on the link.
    ///   - isSent: whether it goes to the guest.
    ///   - mac: the guest's card.
    init?(_ frame: [UInt8], isSent: Bool, mac: MACAddress) {
        if let news = DHCPMessage(frame).flatMap({ Self.news($0, isSent, mac, frame) }) {
            self = news
            return
        }
        guard !isSent, frame.count >= 14, Array(frame[6..<12]) == mac.bytes else { return nil }
        let place: Range<Int>? =
            switch (frame[12], frame[13]) {
            case (8, 0): 26..<30
            case (8, 6): 28..<32
            default: nil
            }
        guard let place, frame.count >= place.upperBound, let address = IPAddress(bytes: frame[place]),
            let first = address.bytes.first, first != 0, first < 224
        else { return nil }
        self = .uses(address)
    }

    private static func news(
        _ message: DHCPMessage, _ isSent: Bool, _ mac: MACAddress, _ frame: [UInt8]
    ) -> AddressNews? {
        guard message.card == mac.bytes else { return nil }
        switch (message.kind, isSent) {
        case (.acknowledge, true):
            guard let address = message.given, let seconds = message.lease else { return nil }
            return .leased(address, seconds: seconds)
        case (.release, false) where Array(frame[6..<12]) == mac.bytes:
            return message.used.map { .released($0) }
        default: return nil
        }
    }
}

/// A message of DHCP, in a frame of Ethernet.
struct DHCPMessage {
    enum Kind: UInt8 { case acknowledge = 5, release = 7 }

    let kind: Kind
    /// Whose addresses it is about.
    let card: [UInt8]
    /// The address that the client has.
    let used: IPAddress?
    /// The address that it is given.
    let given: IPAddress?
    /// How long it has it, in seconds.
    let lease: UInt32?

    private static let cookie: [UInt8] = [0x63, 0x82, 0x53, 0x63]

    init?(_ frame: [UInt8]) {
        guard frame.count > 34, frame[12] == 8, frame[13] == 0, frame[23] == 17 else { return nil }
        let start = 14 + Int(frame[14] & 15) * 4 + 8
        guard frame.count >= start + 240 else { return nil }
        let body = Array(frame[start...])
        guard Array(body[236..<240]) == Self.cookie, body[2] == 6 else { return nil }
        let options = Self.options(body)
        guard let kind = options[53]?.first.flatMap({ Kind(rawValue: $0) }),
            body[0] == (kind == .acknowledge ? 2 : 1)
        else { return nil }
        self.kind = kind
        card = Array(body[28..<34])
        (used, given) = (Self.address(body[12..<16]), Self.address(body[16..<20]))
        let time = options[51] ?? []
        lease = time.count == 4 ? time.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : nil
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> IPAddress? {
        bytes.allSatisfy { $0 == 0 } ? nil : IPAddress(bytes: bytes)
    }

    private static func options(_ body: [UInt8]) -> [UInt8: [UInt8]] {
        var (found, place): ([UInt8: [UInt8]], Int) = ([:], 240)
        while place < body.count, body[place] != 255 {
            if body[place] == 0 {
                place += 1
                continue
            }
            guard place + 1 < body.count else { break }
            let end = place + 2 + Int(body[place + 1])
            guard end <= body.count else { break }
            found[body[place]] = Array(body[(place + 2)..<end])
            place = end
        }
        return found
    }
}
