import ByteText
import Virt
import VirtXML

extension DnsmasqConfiguration {
    /// The file of hosts whose addresses are known beforehand; it is read anew while dnsmasq runs.
    func hosts() throws(VirtError) -> String {
        var text = ""
        for ip in network.ips {
            for host in ip.dhcp?.hosts ?? [] { text += try line(host, isIPv6: ip.isIPv6) + "\n" }
        }
        return text
    }

    private func line(_ host: NetworkIP.Host, isIPv6: Bool) throws(VirtError) -> String {
        var words: [String] = []
        // Of both the letters were looked at as the document was read.
        if isIPv6, let id = host.id { words.append("id:\(id)") }
        if !isIPv6, let mac = host.mac { words.append(mac) }
        let name = try host.name.map { (name) throws(VirtError) in try word(name, "the name of a host") }
        let address = host.ip.map { isIPv6 ? "[\($0)]" : $0 }
        // A card is known by its address first, whatever else by its name.
        words +=
            isIPv6 || host.mac == nil
            ? [name, address].compactMap { $0 } : [address, name].compactMap { $0 }
        if let lease = host.lease { words.append(lease.dnsmasqText) }
        return words.joined(separator: ",")
    }

    /// The file of names beside those that guests give themselves.
    func names() throws(VirtError) -> String {
        var text = ""
        for host in network.dns?.hosts ?? [] {
            text += "\(host.ip)\t"
            for name in host.names { text += try word(name, "a host's name") + "\t" }
            text += "\n"
        }
        return text
    }

    private func word(_ text: String, _ what: String) throws(VirtError) -> String {
        try DnsmasqText.checkWord(text, what)
        return text
    }
}

extension NetworkIP.Lease {
    /// How long an address is kept, in dnsmasq's words.
    var dnsmasqText: String {
        if expiry == 0 { return "infinite" }
        switch unit {
        case .seconds: return "\(expiry)s"
        case .hours: return "\(expiry)h"
        case .minutes, nil: return "\(expiry)m"
        }
    }
}
