import Virt
import VirtXML

extension CPUSet {
    /// The set whose bits are given, the lowest first; those from `limit` on don't count.
    public init(map: [UInt8], below limit: Int) {
        self.init(
            (0..<min(map.count * 8, max(0, limit))).filter { map[$0 / 8] & 1 << UInt8($0 % 8) != 0 })
    }

    /// The set as so many bytes, the lowest bit first.
    public func map(length: Int) -> [UInt8] {
        var map = [UInt8](repeating: 0, count: min(max(0, length), Self.longestMap))
        for member in members where member / 8 < map.count { map[member / 8] |= 1 << UInt8(member % 8) }
        return map
    }

    /// How many bytes the longest set needs.
    public static let longestMap = limit / 8 + 1

    /// How long the maps may be that a call gives back; throws where as many as are asked for fit into no reply: libvirt's
    /// words.
    ///
    /// - Parameters:
    ///   - asked: the length that the caller wants, in bytes.
    ///   - name: what the caller calls the maps' number.
    public static func mapLength(
        _ asked: Int32, count: Int32, _ name: String
    ) throws(VirtError) -> Int {
        guard max(0, Int(asked)) * max(0, Int(count)) <= 8 << 20 else {
            throw VirtError(.internalError, "\(name) * maplen > REMOTE_CPUMAPS_MAX", from: .rpc)
        }
        return min(max(0, Int(asked)), longestMap)
    }
}
