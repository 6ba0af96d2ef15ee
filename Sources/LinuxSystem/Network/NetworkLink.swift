import Glibc

/// A link of the host: a card, a bridge, a tap.
public struct NetworkLink: Hashable, Sendable {
    public let index: Int32
    public let name: String
    public let isUp: Bool
    public let mtu: UInt32?
    /// The address on the link, six bytes for Ethernet.
    public let address: [UInt8]
    /// `bridge`, `tun`, `veth` …; nil for hardware.
    public let kind: String?
    /// The bridge or bond that it belongs to.
    public let master: Int32?

    init?(_ reply: NetlinkReply) {
        guard reply.type == NetworkLinks.newLink, let index = reply.payload.number(at: 4, Int32.self),
            let flags = reply.payload.number(at: 8, UInt32.self)
        else { return nil }
        let values = reply.attributes(after: 16)
        guard let name = values[3]?.text else { return nil }
        (self.index, self.name, isUp) = (index, name, flags & 1 != 0)
        (mtu, address) = (values[4]?.number(at: 0, UInt32.self), Array(values[1] ?? []))
        kind = values[18].flatMap { NetlinkReply.attributes(in: $0)[1]?.text }
        master = values[10]?.number(at: 0, Int32.self)
    }
}

/// An address of one of the host's links.
public struct LinkAddress: Hashable, Sendable {
    public let link: Int32
    /// Four bytes, or sixteen.
    public let address: [UInt8]
    public let prefix: UInt8

    init?(_ reply: NetlinkReply) {
        let values = reply.attributes(after: 8)
        guard let prefix = reply.payload.number(at: 1, UInt8.self),
            let link = reply.payload.number(at: 4, Int32.self),
            let address = values[2] ?? values[1], [4, 16].contains(address.count)
        else { return nil }
        (self.link, self.address, self.prefix) = (link, Array(address), prefix)
    }
}

/// A route of the host's.
public struct HostRoute: Hashable, Sendable {
    /// Four bytes, or sixteen; empty for what goes everywhere.
    public let destination: [UInt8]
    public let prefix: UInt8
    public let gateway: [UInt8]?
    public let link: Int32?
    public let isIPv6: Bool

    init?(_ reply: NetlinkReply) {
        // Only the main table's routes to others: broadcasts and the host's own addresses aren't meant.
        guard let family = reply.payload.number(at: 0, UInt8.self),
            reply.payload.number(at: 7, UInt8.self) == 1,
            let prefix = reply.payload.number(at: 1, UInt8.self),
            reply.payload.number(at: 4, UInt8.self) == 254
        else { return nil }
        let values = reply.attributes(after: 12)
        (isIPv6, self.prefix, destination) = (family == AF_INET6, prefix, Array(values[1] ?? []))
        (gateway, link) = (values[5].map { Array($0) }, values[4]?.number(at: 0, Int32.self))
    }
}
