import ByteText
import VirtXML

extension NetworkDefinition {
    /// Whether this is the network that hosts come with, which may be anywhere: guests on it expect no address of their own.
    var isMovable: Bool { name.hasSameBytes(as: "default") && movableRange != nil }

    /// The only range of the network, if it is a /24 of 192.168.0.0/16.
    private var movableRange: IPAddress? {
        guard ips.count == 1, let ip = ips.first, !ip.isIPv6, ip.prefixLength == 24,
            let address = ip.address.flatMap({ IPAddress($0) }), address.bytes.starts(with: [192, 168])
        else { return nil }
        return address.network(prefix: 24)
    }

    /// The same network in a range that isn't in use; nil where it can stay, or can't go anywhere else.
    func moved(outOf taken: HostRanges) -> NetworkDefinition? {
        guard isMovable, let range = movableRange, taken.overlaps(range, prefix: 24) else { return nil }
        // Upwards from where it was, and around.
        let candidates = (1...255).map { UInt8(truncatingIfNeeded: Int(range.bytes[2]) + $0) }
        let free = candidates.lazy.compactMap { IPAddress(bytes: [192, 168, $0, 0]) }.first {
            !taken.overlaps($0, prefix: 24)
        }
        return free.map { moved(from: range, to: $0) }
    }

    private func moved(from range: IPAddress, to other: IPAddress) -> NetworkDefinition {
        func move(_ text: String) -> String {
            guard let address = IPAddress(text), address.family == .ipv4, address.network(prefix: 24) == range
            else { return text }
            return IPAddress(bytes: Array(other.bytes.prefix(3)) + address.bytes.suffix(1))?.description
                ?? text
        }
        var copy = self
        for index in copy.ips.indices {
            copy.ips[index].address = copy.ips[index].address.map(move)
            guard var dhcp = copy.ips[index].dhcp else { continue }
            for place in dhcp.ranges.indices {
                dhcp.ranges[place].start = move(dhcp.ranges[place].start)
                dhcp.ranges[place].end = move(dhcp.ranges[place].end)
            }
            for place in dhcp.hosts.indices { dhcp.hosts[place].ip = dhcp.hosts[place].ip.map(move) }
            copy.ips[index].dhcp = dhcp
        }
        return copy
    }
}
