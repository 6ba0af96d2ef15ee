import ByteText
import LinuxSystem
import Virt
import VirtXML

/// The address ranges that are in use on this host, by the routes to them.
struct HostRanges {
    /// A range, and the link by which it is reached.
    struct Range {
        let network: IPAddress
        let prefix: UInt32
        let link: String
    }

    private let ranges: [Range]

    /// - Parameter bridge: the link that doesn't count: the network's own.
    init(but bridge: String) throws(SystemError) {
        let names = Dictionary(try NetworkLinks.all().map { ($0.index, $0.name) }) { first, _ in first }
        ranges = try NetworkLinks.routes().compactMap { route in
            guard let link = route.link.flatMap({ names[$0] }), !link.hasSameBytes(as: bridge),
                route.prefix > 0,
                let network = IPAddress(bytes: route.destination)
            else { return nil }
            return Range(network: network, prefix: UInt32(route.prefix), link: link)
        }
    }

    /// The link by which just this range is reached already.
    func link(of network: IPAddress, prefix: UInt32) -> String? {
        ranges.first { $0.prefix == prefix && $0.network == network }?.link
    }

    /// Whether any address of a range is in use.
    func overlaps(_ network: IPAddress, prefix: UInt32) -> Bool {
        ranges.contains { range in
            let shorter = min(range.prefix, prefix)
            return range.network.family == network.family
                && range.network.network(prefix: shorter) == network.network(prefix: shorter)
        }
    }
}
