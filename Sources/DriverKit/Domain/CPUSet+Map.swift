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

    /// Refuses to make more maps than a reply holds; libvirt's words.
    ///
    /// - Parameter name: what the caller calls their number.
    public static func checkMaps(_ count: Int, length: Int, _ name: String) throws(VirtError) {
        let (bytes, overflows) = count.multipliedReportingOverflow(by: max(1, length))
        guard overflows || bytes > 8_388_608 else { return }
        throw VirtError(.internalError, "\(name) * maplen > REMOTE_CPUMAPS_MAX", from: .domain)
    }
}
