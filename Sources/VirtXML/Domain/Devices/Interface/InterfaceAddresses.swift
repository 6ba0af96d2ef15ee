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
        try x.attribute("address", &address)
        if family == nil || x.isReading { family = address.contains(byte: ":") ? .ipv6 : .ipv4 }
        try x.attribute("family", &family, .orNone)
        try x.attribute("prefix", &prefix, .refusing("Invalid prefix value '%' in <ip>", .xml))
        try x.attribute("peer", &peer)
        try x.require(isAddress(address), "Invalid address '\(address)' in <ip>")
        try x.require(peer.map(isAddress) ?? true, "Invalid peer '\(peer ?? "")' in <ip>", .invalidArgument)
        if prefix == 0, x.isReading { prefix = nil }
    }

    private func isAddress(_ text: String) -> Bool { IPAddress(text)?.family == family }
}

public enum AddressFamily: String, XMLWord { case ipv4, ipv6 }

/// A way to a network.
public struct InterfaceRoute: XMLElement {
    public var family: AddressFamily?
    public var address = ""
    public var netmask: String?
    public var prefix: UInt32?
    public var gateway: String?
    public var metric: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute(
            "family", &family,
            .refusing("guest interface: Unrecognized family '%' in route definition", .xml))
        try x.attribute("address", &address)
        try x.attribute("netmask", &netmask)
        try x.attribute("prefix", &prefix)
        try x.attribute("gateway", &gateway)
        try x.attribute("metric", &metric)
    }
}

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
    }

    public struct Range: XMLElement {
        public var start: UInt16 = 0
        public var end: UInt16?
        public var to: UInt16?
        public var exclude: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("start", &start)
            try x.attribute("end", &end)
            try x.attribute("to", &to)
            try x.yesNo("exclude", &exclude)
        }
    }
}
