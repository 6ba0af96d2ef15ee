import ByteText
import XMLBinding

/// An IP address.
public struct InterfaceIP: XMLElement {
    public var address = ""
    public var family: AddressFamily?
    public var prefix: UInt32?
    public var peer: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("address", &address, orElse: "Missing required address in <ip>")
        if family == nil || x.isReading { family = address.contains(byte: ":") ? .ipv6 : .ipv4 }
        try x.attribute("family", &family, .orNone)
        try x.attribute("prefix", &prefix, .refusing("Invalid prefix value '%' in <ip>", .xml))
        try x.attribute("peer", &peer)
        let longest: UInt32 = family == .ipv6 ? 128 : 32
        try x.require(prefix ?? 0 <= longest, "Invalid prefix value '\(prefix ?? 0)' in <ip>")
        try x.require(isAddress(address), "Invalid address '\(address)' in <ip>")
        try x.require(peer.map(isAddress) ?? true, "Invalid peer '\(peer ?? "")' in <ip>", .invalidArgument)
        if prefix == 0, x.isReading { prefix = nil }
    }

    private func isAddress(_ text: String) -> Bool { IPAddress(text)?.family == family }
}

public enum AddressFamily: String, XMLWord { case ipv4, ipv6 }

/// Ports of the host that lead into the guest.
public struct PortForward: XMLElement {
    public var proto: Proto = .tcp
    public var address: String?
    public var dev: String?
    public var ranges: [Range] = []

    public init() {}

    public enum Proto: String, XMLWord { case tcp, udp }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("proto", &proto)
        try x.attribute("address", &address)
        try x.require(
            address.map { IPAddress($0) != nil } ?? true,
            "Invalid address '\(address ?? "")' in <portForward>")
        try x.attribute("dev", &dev)
        try x.elements("range", &ranges)
        if x.isReading { ranges.removeAll { $0 == Range() } }
    }

    public struct Range: XMLElement {
        public var start: UInt32?
        public var end: UInt32?
        public var to: UInt32?
        public var exclude: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.positive("start", &start)
            try x.positive("end", &end)
            try x.positive("to", &to)
            try x.yesNo("exclude", &exclude)
            try x.require(
                start != nil || (end == nil && to == nil && exclude == nil),
                "The 'range' of a 'portForward' requires 'start' attribute if 'end', 'to', or 'exclude' is specified",
                .unsupported)
        }
    }
}
