import Virt
import VirtXML

extension NetworkIP {
    var isIPv6: Bool { family == .ipv6 }

    /// How many bits of the address name the network, by its class where nothing says so.
    var prefixLength: UInt32 { usedPrefix ?? parsed?.usualPrefix ?? (isIPv6 ? 64 : 24) }

    private var parsed: IPAddress? { address.flatMap { IPAddress($0) } }

    /// The network's own address and prefix: `192.168.122.0/24`.
    var networkName: String? { parsed.map { "\($0.network(prefix: prefixLength))/\(prefixLength)" } }

    /// What dnsmasq is told of the network that a range belongs to: the mask, or the prefix.
    var dnsmasqNetwork: String {
        isIPv6
            ? "\(prefixLength)"
            : IPAddress("255.255.255.255")?.network(prefix: prefixLength).description ?? ""
    }

    /// The domain below which the network's addresses are looked up.
    func reverseDomain() throws(VirtError) -> String {
        let (step, name): (UInt32, String) = isIPv6 ? (4, "IPv6") : (8, "IPv4")
        guard prefixLength % step == 0, let parsed else {
            throw VirtError(
                .configUnsupported,
                "PTR domain for \(name) network with prefix \(prefixLength) cannot be automatically created",
                from: .network)
        }
        let count = Int(prefixLength / step)
        let labels: [String] =
            isIPv6
            ? parsed.bytes.flatMap { [$0 >> 4, $0 & 15].map { String($0, radix: 16) } }
            : parsed.bytes.map { "\($0)" }
        return (labels.prefix(count).reversed() + [isIPv6 ? "ip6.arpa" : "in-addr.arpa"]).joined(
            separator: ".")
    }
}

extension NetworkIP.Range {
    /// How many addresses it has; ranges have 65,536 at most.
    var size: Int {
        guard let first = IPAddress(start), let last = IPAddress(end) else { return 0 }
        func number(_ address: IPAddress) -> Int { address.bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) } }
        return number(last) - number(first) + 1
    }
}
