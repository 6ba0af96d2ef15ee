import CLinux
import Glibc

/// A conversation with the kernel about links, addresses and routes. The kernel answers at once.
final class NetlinkSocket {
    private let socket: Descriptor
    private var sequence: UInt32 = 0

    /// The kinds of flags of requests.
    static let (request, acknowledge, dump): (UInt16, UInt16, UInt16) = (1, 4, 0x300)
    /// Make a new one; where there is one, replace it.
    static let (create, exclusive, replace): (UInt16, UInt16, UInt16) = (0x400, 0x200, 0x100)

    /// - Parameter family: which part of the kernel it speaks with; links and what belongs to them where nothing is said.
    init(family: Int32 = 0) throws(SystemError) { socket = try Self.open(family) }

    /// A socket to a part of the kernel.
    ///
    /// - Parameter groups: whose news are heard, as bits.
    static func open(
        _ family: Int32, groups: UInt32 = 0, blocks: Bool = true
    ) throws(SystemError) -> Descriptor {
        let flags = SOCK_CLOEXEC.rawValue | (blocks ? 0 : SOCK_NONBLOCK.rawValue)
        let kind = Int32(SOCK_RAW.rawValue | flags)
        let socket = Descriptor(
            owning: try checked("socket", "netlink") { Glibc.socket(AF_NETLINK, kind, family) })
        let address = UInt16(AF_NETLINK).bytes + [0, 0] + UInt32(0).bytes + groups.bytes
        try checked("bind", "netlink") {
            address.withUnsafeBytes { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { pointer in
                    Glibc.bind(socket.rawValue, pointer.baseAddress, socklen_t(bytes.count))
                }
            }
        }
        return socket
    }

    /// Asks for a change and waits for the kernel's answer.
    ///
    /// - Parameter what: what is changed, for the error.
    func change(_ message: NetlinkMessage, _ what: String) throws(SystemError) {
        _ = try ask(message, flags: Self.request | Self.acknowledge, what)
    }

    /// Everything of a kind that the kernel has.
    func list(_ message: NetlinkMessage, _ what: String) throws(SystemError) -> [NetlinkReply] {
        try ask(message, flags: Self.request | Self.dump, what)
    }

    /// One thing that the kernel has.
    func get(_ message: NetlinkMessage, _ what: String) throws(SystemError) -> [NetlinkReply] {
        try ask(message, flags: Self.request | Self.acknowledge, what)
    }

    private func ask(
        _ message: NetlinkMessage, flags: UInt16, _ what: String
    ) throws(SystemError) -> [NetlinkReply] {
        sequence &+= 1
        var whole = NetlinkMessage(message.type, flags: message.flags | flags, header: message.payload)
            .bytes(sequence: sequence)
        try checked("send", what) { send(socket.rawValue, &whole, whole.count, 0) }
        var found: [NetlinkReply] = []
        while true {
            for reply in NetlinkReply.all(in: try receive(what)) where reply.sequence == sequence {
                // An error of 0 says that it is done, and so does the end of a list.
                if reply.type == 2 || reply.type == 3 {
                    let code = reply.payload.number(at: 0, Int32.self) ?? 0
                    if code < 0 { throw SystemError(call: "netlink", errno: -code, context: what) }
                    return found
                }
                found.append(reply)
            }
        }
    }

    /// The next packet of the kernel's.
    func receive(_ what: String) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = try checked("recv", what) { recv(socket.rawValue, &buffer, buffer.count, 0) }
        if count == 0 { throw SystemError(call: "recv", errno: ENODATA, context: what) }
        return Array(buffer.prefix(count))
    }
}
