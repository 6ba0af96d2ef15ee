import XMLBinding

extension NetworkIP.Host: NetworkEntry {
    static var entryName: String { "host" }
    static var words: String { "dhcp host" }

    func isMeant(by other: Self) -> Bool {
        agree(mac, other.mac) && agree(id, other.id) && agree(name, other.name) && agree(ip, other.ip)
    }

    func isReplaced(by other: Self) -> Bool {
        same(mac, other.mac) || same(id, other.id) || same(name, other.name)
    }

    func collides(with other: Self) -> Bool { isReplaced(by: other) || same(ip, other.ip) }

    var shown: String {
        let parts = [("mac", mac), ("id", id), ("name", name), ("ip", ip)].compactMap { name, value in
            value.map { " \(name)='\($0)'" }
        }
        return "<host\(parts.joined())/>"
    }
}

extension NetworkIP.Range: NetworkEntry {
    static var entryName: String { "range" }
    static var words: String { "dhcp range" }
    static var isReplaceable: Bool { false }

    func isMeant(by other: Self) -> Bool { start == other.start && end == other.end }
    func isReplaced(by other: Self) -> Bool { isMeant(by: other) }
    func collides(with other: Self) -> Bool { isMeant(by: other) }
    var shown: String { "<range start='\(start)' end='\(end)'/>" }

    func check(ip: NetworkIP?, network: String) throws(XMLError) { try ip?.check(self, network: network) }
}

extension NetworkForward.Interface: NetworkEntry {
    static var entryName: String { "interface" }
    static var words: String { "forward interface" }
    static var isReplaceable: Bool { false }

    func isMeant(by other: Self) -> Bool { dev == other.dev }
    func isReplaced(by other: Self) -> Bool { dev == other.dev }
    func collides(with other: Self) -> Bool { dev == other.dev }
    var shown: String { "<interface dev='\(dev)'>" }
}

extension Portgroup: NetworkEntry {
    static var entryName: String { "portgroup" }
    static var words: String { "portgroup" }

    func isMeant(by other: Self) -> Bool { name == other.name }
    func isReplaced(by other: Self) -> Bool { name == other.name }
    func collides(with other: Self) -> Bool { name == other.name }
    var shown: String { "<portgroup name='\(name)'>" }

    func check(among others: [Self], network: String) throws(XMLError) {
        guard isDefault, let other = others.first(where: \.isDefault) else { return }
        throw XMLError(
            .operationInvalid,
            "a different portgroup entry in network '\(network)' is already set as the default. "
                + "Only one default is allowed.", element: "portgroup", attribute: "default",
            value: other.name)
    }
}

extension NetworkDNS.Host: NetworkEntry {
    static var entryName: String { "host" }
    static var words: String { "DNS HOST" }

    /// By its address or any of its names.
    func isMeant(by other: Self) -> Bool {
        (!ip.isEmpty && ip == other.ip) || names.contains { other.names.contains($0) }
    }

    func isReplaced(by other: Self) -> Bool { ip == other.ip }
    func collides(with other: Self) -> Bool { isMeant(by: other) }
    var shown: String { "<host ip='\(ip)'>" }
}

extension NetworkDNS.Text: NetworkEntry {
    static var entryName: String { "txt" }
    static var words: String { "DNS TXT" }

    func isMeant(by other: Self) -> Bool {
        name == other.name && (other.value == nil || value == other.value)
    }
    func isReplaced(by other: Self) -> Bool { name == other.name }
    func collides(with other: Self) -> Bool { name == other.name }
    var shown: String { "<txt name='\(name)'>" }
}

extension NetworkDNS.Service: NetworkEntry {
    static var entryName: String { "srv" }
    static var words: String { "DNS SRV" }

    func isMeant(by other: Self) -> Bool {
        agree(service, other.service) && agree(proto, other.proto) && agree(domain, other.domain)
            && agree(target, other.target) && agree(port, other.port) && agree(priority, other.priority)
            && agree(weight, other.weight)
    }

    func isReplaced(by other: Self) -> Bool {
        service == other.service && proto == other.proto && domain == other.domain
    }

    func collides(with other: Self) -> Bool { isMeant(by: other) }
    var shown: String { "<srv service='\(service)' protocol='\(proto)'>" }
}

/// Whether a value is the wanted one, or none is wanted.
private func agree<T: Equatable>(_ value: T?, _ wanted: T?) -> Bool {
    wanted == nil || value == wanted || (wanted as? String) == ""
}

private func same(_ left: String?, _ right: String?) -> Bool {
    left != nil && left?.lowercased() == right?.lowercased()
}
