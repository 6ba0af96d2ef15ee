/// A link of the host: a card, a bridge, a tap.
public struct NetworkLink: Hashable, Sendable {
    public let index: Int32
    public let name: String
    /// The address on the link, six bytes for Ethernet.
    public let address: [UInt8]
    /// `bridge`, `tun`, `veth` …; nil for hardware.
    public let kind: String?
    /// The longest packet, in bytes.
    public let mtu: UInt32
    /// The number of the bridge that it is in.
    public let bridge: Int32?
    /// The number of the link that it is on top of, or at the other end of.
    public let lower: Int32?
    /// What an administrator or a program has noted about it.
    public let note: String?
    public let isUp: Bool
    public let statistics: LinkStatistics

    init?(_ reply: NetlinkReply) {
        guard reply.type == NetworkLinks.newLink, let index = reply.payload.number(at: 4, Int32.self)
        else { return nil }
        let values = reply.attributes(after: 16)
        guard let name = values[3]?.text else { return nil }
        (self.index, self.name, address) = (index, name, Array(values[1] ?? []))
        kind = values[18].flatMap { NetlinkReply.attributes(in: $0)[1]?.text }
        mtu = values[4]?.number(at: 0, UInt32.self) ?? 0
        bridge = values[10]?.number(at: 0, Int32.self)
        lower = values[5]?.number(at: 0, Int32.self)
        note = values[20]?.text
        isUp = (reply.payload.number(at: 8, UInt32.self) ?? 0) & 1 != 0
        statistics = LinkStatistics(values[23] ?? [])
    }
}

/// What a link has carried since it is there, as the host sees it.
public struct LinkStatistics: Hashable, Sendable {
    /// What came in by it, or went out.
    public struct Way: Hashable, Sendable {
        public let bytes: UInt64
        public let packets: UInt64
        public let errors: UInt64
        public let dropped: UInt64
    }

    public let received: Way
    public let sent: Way

    /// Of the kernel's numbers, which are in pairs: packets, bytes, errors, dropped, each received and sent.
    init(_ bytes: ArraySlice<UInt8>) {
        func way(_ place: Int) -> Way {
            func number(_ index: Int) -> UInt64 { bytes.number(at: 16 * index + 8 * place, UInt64.self) ?? 0 }
            return Way(bytes: number(1), packets: number(0), errors: number(2), dropped: number(3))
        }
        (received, sent) = (way(0), way(1))
    }
}

/// What the host knows of another machine on a link.
public struct HostNeighbour: Hashable, Sendable {
    /// Four bytes, or sixteen.
    public let address: [UInt8]
    /// The address on the link.
    public let linkAddress: [UInt8]
    public let link: Int32
    /// How long ago it was last heard of, in seconds; nil where the kernel doesn't say.
    public let age: UInt32?

    init?(_ reply: NetlinkReply) {
        let values = reply.attributes(after: 12)
        // In hundredths of a second, whatever the kernel counts in.
        age = values[3]?.number(at: 0, UInt32.self).map { $0 / 100 }
        // Heard of: neither looked for in vain nor somebody's word.
        guard let link = reply.payload.number(at: 4, Int32.self),
            let state = reply.payload.number(at: 8, UInt16.self), state & 0xE1 == 0,
            let address = values[1], let linkAddress = values[2]
        else { return nil }
        (self.link, self.address, self.linkAddress) = (link, Array(address), Array(linkAddress))
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
