import XMLBinding

extension NetworkIP {
    /// How many bits of the address name the network; nil if neither prefix nor mask says so.
    public var usedPrefix: UInt32? { prefix ?? netmask.flatMap { IPAddress($0)?.maskLength } }

    /// Throws unless the addresses are some, and what is handed out belongs to the network.
    func check(network: String) throws(XMLError) {
        if let address { _ = try parse(address, "address", network) }
        if let netmask { _ = try parse(netmask, "netmask", network) }
        for range in dhcp?.ranges ?? [] { try check(range, network: network) }
        for host in dhcp?.hosts ?? [] {
            guard let ip = host.ip else { continue }
            _ = try parse(ip, "IP address", network)
        }
    }

    /// Throws unless a range goes upwards and lies in the network.
    func check(_ range: Range, network: String) throws(XMLError) {
        let start = try parse(range.start, "start address", network)
        let end = try parse(range.end, "end address", network)
        let words = "range \(range.start) - \(range.end)"
        guard start.family == end.family, start <= end else {
            throw XMLError(.internalError, "\(words) is reversed", element: "range", value: range.start)
        }
        guard let text = address, let own = IPAddress(text), let prefix = usedPrefix else { return }
        let home = own.network(prefix: prefix)
        guard own.family == start.family, start.network(prefix: prefix) == home,
            end.network(prefix: prefix) == home
        else {
            throw XMLError(
                .internalError, "\(words) is not entirely within network \(text)/\(prefix)", element: "range",
                value: range.start)
        }
    }

    private func parse(_ text: String, _ what: String, _ network: String) throws(XMLError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw XMLError(.xml, "Invalid \(what) '\(text)' in network '\(network)'", value: text)
        }
        return address
    }
}
