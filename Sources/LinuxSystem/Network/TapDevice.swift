import ByteText
import CLinux
import Glibc

/// A tap: a link whose packets a program reads and writes. It is there as long as one of its ends is open.
public struct TapDevice: Sendable {
    public let name: String
    /// Its ends, one a queue.
    public let ends: [Descriptor]

    /// The device by which taps are made.
    public static let maker = "/dev/net/tun"
    /// As many queues as a tap can have.
    public static let mostQueues = 256

    private static let (tap, bare, header, several, new): (Int32, Int32, Int32, Int32, Int32) = (
        0x0002, 0x1000, 0x4000, 0x0100, 0x8000
    )

    /// Makes a tap; what it is called must be a link's name that is free. May wait.
    ///
    /// - Parameters:
    ///   - queues: how many ends it has; several may be read at once.
    ///   - hasHeader: whether packets come and go with a word about checksums and lengths that are worked out later.
    ///   - joins: whether one that is there already is opened, which an administrator has made.
    public init(
        _ name: String, queues: Int = 1, hasHeader: Bool = true, at maker: String = maker,
        joins: Bool = false
    ) throws(SystemError) {
        guard NetworkLinks.isName(name), !name.utf8.contains(UInt8(ascii: "%")) else {
            throw SystemError(call: "TUNSETIFF", errno: EINVAL, context: name)
        }
        guard (1...Self.mostQueues).contains(queues) else {
            throw SystemError(call: "TUNSETIFF", errno: E2BIG, context: name)
        }
        var ends: [Descriptor] = []
        let flags = Self.flags(queues, hasHeader)
        while ends.count < queues {
            let end = try FileSystem.open(maker, [.readWrite], links: .trusted)
            try Self.attach(end, name, flags | (ends.isEmpty && !joins ? Self.new : 0))
            ends.append(end)
        }
        (self.name, self.ends) = (name, ends)
    }

    private static func flags(_ queues: Int, _ hasHeader: Bool) -> Int32 {
        tap | bare | (hasHeader ? header : 0) | (queues > 1 ? several : 0)
    }

    private static func attach(_ end: Descriptor, _ name: String, _ flags: Int32) throws(SystemError) {
        var letters = name.utf8.map { CChar(bitPattern: $0) }
        letters += [CChar](repeating: 0, count: 16 - letters.count)
        try checked("TUNSETIFF", name) { clinux_attach_tap(end.rawValue, &letters, flags) }
    }

    /// Makes an end of a link on top of another one what a tap's end is.
    public static func prepareDirect(
        _ end: Descriptor, queues: Int, hasHeader: Bool
    ) throws(SystemError) {
        var name = [CChar](repeating: 0, count: 16)
        try checked("TUNSETIFF") { clinux_attach_tap(end.rawValue, &name, flags(queues, hasHeader)) }
    }

    /// Closes this process's ends; where nobody else has some, the tap is gone.
    public func close() { for end in ends { end.close() } }
}
