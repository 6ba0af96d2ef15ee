import CLinux
import Glibc

/// What a network card does by itself, as `ethtool -k` shows it.
public struct LinkFeatures: Sendable {
    /// The names of what is switched on, as libvirt calls them and in its order.
    public let names: [String]

    /// What this host's link of that name does; nothing where there is no such link.
    public init(of link: String) {
        guard let query = try? LinkQuery(link) else {
            names = []
            return
        }
        let flags = query.value(0x25) ?? 0
        var names = Self.values.filter { (query.value($0.command) ?? 0) != 0 }.map(\.name)
        names += Self.flags.filter { flags & (1 << $0.bit) != 0 }.map(\.name)
        if query.has("tx-udp_tnl-segmentation") { names.append("txudptnl") }
        self.names = names
    }

    /// What has a command of its own.
    private static let values: [(name: String, command: UInt32)] = [
        ("rx", 0x14), ("tx", 0x16), ("sg", 0x18), ("tso", 0x1E), ("ufo", 0x21), ("gso", 0x23), ("gro", 0x2B),
    ]
    /// What is a bit of the flags.
    private static let flags: [(name: String, bit: UInt32)] = [
        ("lro", 15), ("rxvlan", 8), ("txvlan", 7), ("ntuple", 27), ("rxhash", 28),
    ]
}

/// Asks the kernel about one link.
private struct LinkQuery {
    private let socket: Descriptor
    private let name: String

    init(_ name: String) throws(SystemError) {
        let number = try checked("socket", name) {
            Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        (socket, self.name) = (Descriptor(owning: number), name)
    }

    /// The answer to a command that takes nothing and gives a number.
    func value(_ command: UInt32) -> UInt32? {
        ask(command.bytes + UInt32(0).bytes)?.number(at: 4, UInt32.self)
    }

    /// Whether the feature that the kernel calls so is active.
    func has(_ feature: String) -> Bool {
        guard let place = names().firstIndex(of: feature) else { return false }
        // Features are told in blocks of 32, each with four numbers of which the third says what is active.
        let count = UInt32(place / 32 + 1)
        let room = [UInt8](repeating: 0, count: Int(count) * 16)
        let answer = ask(UInt32(0x3A).bytes + count.bytes + room)
        let active = answer?.number(at: 8 + place / 32 * 16 + 8, UInt32.self) ?? 0
        return active & (1 << UInt32(place % 32)) != 0
    }

    /// The kernel's names of all features, in their order.
    private func names() -> [String] {
        let sort: UInt32 = 4
        let question = UInt32(0x37).bytes + UInt32(0).bytes + UInt64(1 << sort).bytes + UInt32(0).bytes
        guard let count = ask(question)?.number(at: 16, UInt32.self), (1...1024).contains(count) else {
            return []
        }
        let room = [UInt8](repeating: 0, count: Int(count) * 32)
        guard let answer = ask(UInt32(0x1B).bytes + sort.bytes + count.bytes + room) else { return [] }
        return (0..<Int(count)).map { answer.dropFirst(12 + $0 * 32).prefix(32).text }
    }

    /// What the kernel makes of a question, which it answers in place.
    private func ask(_ question: [UInt8]) -> ArraySlice<UInt8>? {
        var answer = question
        return clinux_ethtool(socket.rawValue, name, &answer) < 0 ? nil : answer[...]
    }
}
