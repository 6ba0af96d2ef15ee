import ByteText
import Glibc

/// The links of this network namespace, and what can be done to them. Nothing here waits for long; call it within
/// `Blocking.run` all the same, since the kernel takes its time to remove links.
public enum NetworkLinks {
    static let (newLink, deleteLink): (UInt16, UInt16) = (16, 17)
    private static let (newAddress, newRoute): (UInt16, UInt16) = (20, 24)

    /// The longest name of a link, in bytes.
    public static let longestName = 15

    /// Whether a link can be called so.
    public static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= longestName && !name.hasSameBytes(as: ".")
            && !name.hasSameBytes(as: "..")
            && !name.utf8.contains { $0 <= 0x20 || $0 == 0x7F || "/:\"".utf8.contains($0) }
    }

    // MARK: Look

    public static func all() throws(SystemError) -> [NetworkLink] {
        try NetlinkSocket().list(NetlinkMessage(18, header: header()), "the links").compactMap {
            NetworkLink($0)
        }
    }

    /// The link with this name; nil where there is none.
    public static func named(_ name: String) throws(SystemError) -> NetworkLink? {
        let index = if_nametoindex(name)
        if index == 0 { return nil }
        return try numbered(Int32(bitPattern: index))
    }

    /// The link with this number; nil where there is none.
    public static func numbered(_ index: Int32) throws(SystemError) -> NetworkLink? {
        do throws(SystemError) {
            return try NetlinkSocket().get(NetlinkMessage(18, header: header(index)), "a link")
                .lazy.compactMap { NetworkLink($0) }.first
        } catch {
            if error.errno == ENODEV { return nil }
            throw error
        }
    }

    /// The machines that the host knows on its links, by their addresses of both families.
    public static func neighbours() throws(SystemError) -> [HostNeighbour] {
        let message = NetlinkMessage(30, header: [UInt8](repeating: 0, count: 12))
        return try NetlinkSocket().list(message, "the neighbours").compactMap { HostNeighbour($0) }
    }

    /// The routes to other hosts.
    public static func routes() throws(SystemError) -> [HostRoute] {
        let message = NetlinkMessage(26, header: [UInt8](repeating: 0, count: 12))
        return try NetlinkSocket().list(message, "the routes").compactMap { HostRoute($0) }
    }

    // MARK: Change

    /// Makes a bridge.
    ///
    /// - Parameters:
    ///   - address: its address on the link, six bytes.
    ///   - delay: how long a port waits before it forwards, in hundredths of seconds.
    public static func addBridge(
        _ name: String, address: [UInt8], spanningTree: Bool, delay: UInt32
    ) throws(SystemError) {
        var message = NetlinkMessage(
            newLink, flags: NetlinkSocket.create | NetlinkSocket.exclusive, header: header())
        message.add(3, name)
        message.add(1, address)
        message.add(18) { info in
            info.add(1, "bridge")
            info.add(2) { bridge in
                bridge.add(5, UInt32(spanningTree ? 1 : 0))
                bridge.add(1, delay)
            }
        }
        try NetlinkSocket().change(message, name)
    }

    /// Removes a link; false where there was none.
    @discardableResult
    public static func remove(_ name: String) throws(SystemError) -> Bool {
        guard let link = try named(name) else { return false }
        do throws(SystemError) {
            try NetlinkSocket().change(NetlinkMessage(deleteLink, header: header(link.index)), name)
        } catch {
            if error.errno != ENODEV { throw error }
        }
        return true
    }

    /// Switches a link on or off.
    public static func setUp(_ name: String, _ isUp: Bool) throws(SystemError) {
        let message = NetlinkMessage(
            newLink, header: header(try index(of: name), flags: isUp ? 1 : 0, changed: 1))
        try NetlinkSocket().change(message, name)
    }

    public static func setMTU(_ name: String, _ mtu: UInt32) throws(SystemError) {
        try change(name, 4, to: mtu.bytes)
    }

    /// Changes one thing about a link, by the kernel's number for it.
    static func change(_ name: String, _ attribute: UInt16, to value: [UInt8]) throws(SystemError) {
        var message = NetlinkMessage(newLink, header: header(try index(of: name)))
        message.add(attribute, value)
        try NetlinkSocket().change(message, name)
    }

    /// Gives a link an address, four bytes or sixteen.
    public static func addAddress(
        _ address: [UInt8], prefix: UInt8, broadcast: [UInt8]? = nil, to name: String
    ) throws(SystemError) {
        let family = address.count == 4 ? AF_INET : AF_INET6
        let head = try [UInt8(family), prefix, 0, 0] + index(of: name).bytes
        var message = NetlinkMessage(
            newAddress, flags: NetlinkSocket.create | NetlinkSocket.exclusive, header: head)
        message.add(1, address)
        message.add(2, address)
        if let broadcast { message.add(4, broadcast) }
        try NetlinkSocket().change(message, name)
    }

    /// Adds a route by way of a link.
    public static func addRoute(
        to destination: [UInt8], prefix: UInt8, gateway: [UInt8], metric: UInt32, by name: String
    ) throws(SystemError) {
        let family = UInt8(destination.count == 4 ? AF_INET : AF_INET6)
        // The main table, a route that an administrator set, to anywhere, for one host.
        let head: [UInt8] = [family, prefix, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]
        var message = NetlinkMessage(
            newRoute, flags: NetlinkSocket.create | NetlinkSocket.exclusive, header: head)
        message.add(1, destination)
        message.add(5, gateway)
        message.add(4, try index(of: name).bytes)
        message.add(6, metric)
        try NetlinkSocket().change(message, name)
    }

    static func index(of name: String) throws(SystemError) -> Int32 {
        let index = if_nametoindex(name)
        if index == 0 { throw SystemError(call: "netlink", errno: ENODEV, context: name) }
        return Int32(bitPattern: index)
    }

    /// The fixed part of messages about links.
    static func header(_ index: Int32 = 0, flags: UInt32 = 0, changed: UInt32 = 0) -> [UInt8] {
        [0, 0, 0, 0] + index.bytes + flags.bytes + changed.bytes
    }
}
