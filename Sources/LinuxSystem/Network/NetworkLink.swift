/// A link of the host: a card, a bridge, a tap.
public struct NetworkLink: Hashable, Sendable {
    public let index: Int32
    public let name: String
    /// The address on the link, six bytes for Ethernet.
    public let address: [UInt8]
    /// `bridge`, `tun`, `veth` …; nil for hardware.
    public let kind: String?

    init?(_ reply: NetlinkReply) {
        guard reply.type == NetworkLinks.newLink, let index = reply.payload.number(at: 4, Int32.self)
        else { return nil }
        let values = reply.attributes(after: 16)
        guard let name = values[3]?.text else { return nil }
        (self.index, self.name, address) = (index, name, Array(values[1] ?? []))
        kind = values[18].flatMap { NetlinkReply.attributes(in: $0)[1]?.text }
    }
}

/// A route of the host's.
public struct HostRoute: Hashable, Sendable {
    /// Four bytes, or sixteen; empty for what goes everywhere.
    public let destination: [UInt8]
    public let prefix: UInt8
    public let link: Int32?

    init?(_ reply: NetlinkReply) {
        // Only the main table's routes to others: broadcasts and the host's own addresses aren't meant.
        guard reply.payload.number(at: 7, UInt8.self) == 1,
            let prefix = reply.payload.number(at: 1, UInt8.self),
            reply.payload.number(at: 4, UInt8.self) == 254
        else { return nil }
        let values = reply.attributes(after: 12)
        (self.prefix, destination) = (prefix, Array(values[1] ?? []))
        link = values[4]?.number(at: 0, Int32.self)
    }
}
