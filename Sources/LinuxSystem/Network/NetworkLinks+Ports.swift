import CLinux
import Glibc

extension NetworkLinks {
    /// Gives a link another address, six bytes for Ethernet.
    public static func setAddress(_ name: String, _ address: [UInt8]) throws(SystemError) {
        try change(name, 1, to: address)
    }

    /// Notes something about a link, in 255 bytes.
    public static func setNote(_ name: String, _ note: String) throws(SystemError) {
        try change(name, 20, to: Array(note.utf8) + [0])
    }

    /// Says whether a link takes what isn't meant for its address: everything, or what is for groups.
    public static func setTaking(
        _ name: String, everything: Bool, allGroups: Bool
    ) throws(SystemError) {
        let (promiscuous, groups): (UInt32, UInt32) = (0x100, 0x200)
        let flags = (everything ? promiscuous : 0) | (allGroups ? groups : 0)
        let message = NetlinkMessage(
            newLink, header: header(try index(of: name), flags: flags, changed: promiscuous | groups))
        try NetlinkSocket().change(message, name)
    }

    /// Puts a link into a bridge, or takes it out of the one that it is in.
    public static func setBridge(of name: String, _ bridge: String?) throws(SystemError) {
        var message = NetlinkMessage(newLink, header: header(try index(of: name)))
        message.add(
            10,
            try bridge.map { (name) throws(SystemError) in try index(of: name).bytes }
                ?? UInt32(0).bytes)
        try NetlinkSocket().change(message, bridge ?? name)
    }

    /// Says whether a link in a bridge hears others that are set apart, too.
    public static func setIsolated(_ name: String, _ isIsolated: Bool) throws(SystemError) {
        // A link's place in its bridge is the bridge family's.
        var message = NetlinkMessage(19, header: [7, 0, 0, 0] + header(try index(of: name)).dropFirst(4))
        message.add(12) { port in port.add(33, [UInt8(isIsolated ? 1 : 0)]) }
        try NetlinkSocket().change(message, name)
    }

    /// Which tagged packets a link in a bridge lets through, and which it gets or has without a tag; the one that links have at
    /// first is taken away.
    ///
    /// - Throws: `EOPNOTSUPP` where the kernel's bridges don't know tags.
    public static func setTags(_ name: String, _ tags: [BridgeTag]) throws(SystemError) {
        let (socket, header) = (
            try NetlinkSocket(), [7, 0, 0, 0] + header(try index(of: name)).dropFirst(4)
        )
        func change(_ type: UInt16, _ tag: BridgeTag) throws(SystemError) {
            var message = NetlinkMessage(type, header: header)
            message.add(26) { link in link.add(2, tag.flags.bytes + tag.id.bytes) }
            try socket.change(message, name)
        }
        try change(17, BridgeTag(id: 1, flags: 0))
        for tag in tags { try change(19, tag) }
    }

    /// Packets with a tag, at a bridge's port.
    public struct BridgeTag: Hashable, Sendable {
        /// 1...4094
        public var id: UInt16
        fileprivate var flags: UInt16

        fileprivate init(id: UInt16, flags: UInt16) { (self.id, self.flags) = (id, flags) }

        /// - Parameters:
        ///   - isNative: whether packets without a tag are taken for these.
        ///   - leavesBare: whether they leave the port without their tag.
        public init(id: UInt16, isNative: Bool, leavesBare: Bool) {
            self.init(id: id, flags: (isNative ? 2 : 0) | (leavesBare ? 4 : 0))
        }
    }

    /// Sets how many packets a link gathers before it tells of them. May wait.
    public static func setCoalescing(_ name: String, frames: UInt32) throws(SystemError) {
        let socket = Descriptor(
            owning: try checked("socket") { Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) })
        var value = frames
        try checked("SIOCETHTOOL", name) { clinux_coalesce(socket.rawValue, name, 1, &value) }
    }

    /// Makes a link of its own on top of another one, which guests' cards are connected to directly; its number. What a
    /// program reads and writes is `/dev/tap` and this number.
    ///
    /// - Parameters:
    ///   - mode: how its packets reach the others on the same link: 1 private, 2 vepa, 4 bridge, 8 passthrough.
    public static func addMacvtap(
        _ name: String, on lower: String, address: [UInt8], mode: UInt32
    ) throws(SystemError) -> Int32 {
        var message = NetlinkMessage(
            newLink, flags: NetlinkSocket.create | NetlinkSocket.exclusive, header: header())
        message.add(3, name)
        message.add(1, address)
        message.add(5, try index(of: lower).bytes)
        message.add(18) { info in
            info.add(1, "macvtap")
            info.add(2) { link in link.add(1, mode) }
        }
        try NetlinkSocket().change(message, name)
        return try index(of: name)
    }
}
