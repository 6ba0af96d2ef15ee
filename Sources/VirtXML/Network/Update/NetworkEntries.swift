import XMLBinding

extension NetworkIP.Host: NetworkEntry {
    static var entryName: String { "host" }
    static var words: String { "dhcp host" }

    func isMeant(by other: Self) -> Bool {
        agree(mac, other.mac) && agree(id, other.id) && agree(name, other.name) && agree(ip, other.ip)
    }

    func isReplaced(by other: Self) -> Bool {
        same(mac, other.mac) || same(ip, other.ip) || same(name, other.name)
    }

    func collides(with other: Self) -> Bool { isReplaced(by: other) }

    func missing(in network: String, toBeChanged: Bool) -> String {
        toBeChanged
            ? "couldn't locate an existing dhcp host entry with \"mac='\(mac ?? "unknown")'\" "
                + "\"name='\(name ?? "(null)")'\" \"ip='\(ip ?? "unknown")'\" in network '\(network)'"
            : "couldn't locate a matching dhcp host entry in network '\(network)'"
    }

    func existing(in network: String) -> String {
        "there is an existing dhcp host entry in network '\(network)' that matches "
            + "\"<host mac='\(mac ?? "unknown")' name='\(name ?? "(null)")' ip='\(ip ?? "unknown")'/>\""
    }

    /// Read by itself, it was taken for one of IPv4.
    func check(ip: NetworkIP?, network: String) throws(XMLError) {
        guard let ip else { return }
        if ip.usedFamily == .ipv6, let mac {
            throw XMLError(
                .xml,
                "Invalid to specify MAC address '\(mac)' in network '\(network)' IPv6 static host definition")
        }
        if let own = self.ip.flatMap({ IPAddress($0) }), own.family != ip.usedFamily {
            throw XMLError(
                .operationInvalid,
                "the address family of a host entry IP must match the address family of the dhcp element's parent"
            )
        }
    }
}

extension NetworkIP.Range: NetworkEntry {
    static var entryName: String { "range" }
    static var words: String { "dhcp range" }
    static var isReplaceable: Bool { false }

    func isMeant(by other: Self) -> Bool { start == other.start && end == other.end }
    func isReplaced(by other: Self) -> Bool { isMeant(by: other) }
    func collides(with other: Self) -> Bool { isMeant(by: other) }
    func existing(in network: String) -> String {
        "there is an existing dhcp range entry in network '\(network)' that matches \"<range start='\(start)' end='\(end)'/>\""
    }

    func check(ip: NetworkIP?, network: String) throws(XMLError) { try ip?.check(self, network: network) }
}

extension NetworkForward.Interface: NetworkEntry {
    static var entryName: String { "interface" }
    static var words: String { "forward interface" }
    static var isReplaceable: Bool { false }

    func isMeant(by other: Self) -> Bool { dev == other.dev }
    func isReplaced(by other: Self) -> Bool { dev == other.dev }
    func collides(with other: Self) -> Bool { dev == other.dev }
    func existing(in network: String) -> String {
        "there is an existing forward interface entry in network '\(network)' that matches \"<interface dev='\(dev)'>\""
    }
}

extension Portgroup: NetworkEntry {
    static var entryName: String { "portgroup" }
    static var words: String { "portgroup" }

    func isMeant(by other: Self) -> Bool { name == other.name }
    func isReplaced(by other: Self) -> Bool { name == other.name }
    func collides(with other: Self) -> Bool { name == other.name }
    func existing(in network: String) -> String {
        "there is an existing portgroup entry in network '\(network)' that matches \"<portgroup name='\(name)'>\""
    }

    func missing(in network: String, toBeChanged: Bool) -> String {
        "couldn't find a portgroup entry in network '\(network)' matching <portgroup name='\(name)'>"
    }

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
    func missing(in network: String, toBeChanged: Bool) -> String {
        "couldn't locate a matching DNS HOST record in network \(network)"
    }

    func existing(in network: String) -> String {
        "there is already at least one DNS HOST record with a matching field in network \(network)"
    }

    static func several(in network: String) -> String {
        "multiple matching DNS HOST records were found in network \(network)"
    }
}

extension NetworkDNS.Text: NetworkEntry {
    static var entryName: String { "txt" }
    static var words: String { "DNS TXT" }

    func isMeant(by other: Self) -> Bool { name == other.name }
    func isReplaced(by other: Self) -> Bool { name == other.name }
    func collides(with other: Self) -> Bool { name == other.name }
    func missing(in network: String, toBeChanged: Bool) -> String {
        "couldn't locate a matching DNS TXT record in network \(network)"
    }

    func existing(in network: String) -> String {
        "there is already a DNS TXT record with name '\(name)' in network \(network)"
    }

    static func several(in network: String) -> String {
        "multiple matching DNS TXT records were found in network \(network)"
    }
}

extension NetworkDNS.Service: NetworkEntry {
    static var entryName: String { "srv" }
    static var words: String { "DNS SRV record" }
    static var isReplaceable: Bool { false }

    func isMeant(by other: Self) -> Bool {
        agree(service, other.service) && agree(proto, other.proto) && agree(domain, other.domain)
            && agree(target, other.target) && agree(port, other.port) && agree(priority, other.priority)
            && agree(weight, other.weight)
    }

    func isReplaced(by other: Self) -> Bool { isMeant(by: other) }

    func collides(with other: Self) -> Bool { isMeant(by: other) }
    func missing(in network: String, toBeChanged: Bool) -> String {
        "couldn't locate a matching DNS SRV record in network \(network)"
    }

    func existing(in network: String) -> String {
        "there is already at least one DNS SRV record matching all specified fields in network \(network)"
    }

    static func several(in network: String) -> String {
        "multiple matching DNS SRV records were found in network \(network)"
    }
}

/// Whether a value is the wanted one, or none is wanted.
private func agree<T: Equatable>(_ value: T?, _ wanted: T?) -> Bool {
    wanted == nil || value == wanted || (wanted as? String) == ""
}

private func same(_ left: String?, _ right: String?) -> Bool {
    left != nil && left?.lowercased() == right?.lowercased()
}
