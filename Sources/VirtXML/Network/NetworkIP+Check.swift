import ByteText
import XMLBinding

extension NetworkIP {
    /// How many bits of the address name the network; nil if neither prefix nor mask says so.
    public var usedPrefix: UInt32? { prefix ?? netmask.flatMap { IPAddress($0)?.maskLength } }

    /// Throws unless address, family, mask and prefix go together.
    func check(_ x: XMLBinder) throws(XMLError) {
        guard let address, let own = IPAddress(address) else {
            throw x.fault("Missing required address attribute in network '\(x.network)'")
        }
        let given = x.node?.attribute("address") ?? address
        if family == .ipv6 {
            try refuse(
                own.family != .ipv6, "Family 'ipv6' specified for non-IPv6 address '\(given)'", x)
            try refuse(netmask != nil, "netmask not allowed for IPv6 address '\(given)'", x)
            try refuse(prefix ?? 0 > 128, "Invalid IPv6 prefix '\(prefix ?? 0)'", x)
        } else {
            try refuse(
                own.family != .ipv4,
                "\(family?.rawValue ?? "no") family specified for non-IPv4 address '\(given)'", x)
            try refuse(prefix ?? 0 > 32, "Invalid IPv4 prefix '\(prefix ?? 0)'", x)
        }
        if prefix != nil, netmask != nil {
            throw x.fault(
                "Network '\(x.network)' IP address cannot have both a prefix and a netmask", .unsupported)
        }
    }

    private func refuse(_ isWrong: Bool, _ words: String, _ x: XMLBinder) throws(XMLError) {
        if isWrong { throw x.fault("\(words) in network '\(x.network)'", .unsupported) }
    }

    /// Throws unless a range goes upwards and lies in the network.
    func check(_ range: Range, network: String) throws(XMLError) {
        let words = "range \(range.start) - \(range.end)"
        func fault(_ message: String) -> XMLError {
            XMLError(.internalError, message, element: "range", value: range.start)
        }
        guard let start = IPAddress(range.start), let end = IPAddress(range.end), start.family == end.family
        else { throw fault("mismatch of address family in \(words)") }
        let isReversed = end < start
        if let text = address, let own = IPAddress(text) {
            guard let prefix = usedPrefix ?? (netmask == nil ? own.usualPrefix ?? 64 : nil) else {
                throw fault("bad prefix -1 for network \(text) when checking \(words)")
            }
            let home = own.network(prefix: prefix), name = "\(text)/\(prefix)"
            guard own.family == start.family, start.network(prefix: prefix) == home,
                end.network(prefix: prefix) == home
            else { throw fault("\(words) is not entirely within network \(name)") }
            if isReversed { throw fault("\(words) is reversed ") }
            if own.family == .ipv4, prefix < 31 {
                if start == home {
                    throw fault("start of \(words) in network \(name) is the network address")
                }
                if end == own.broadcast(prefix: prefix) {
                    throw fault("end of \(words) in network \(name) is the broadcast address")
                }
            }
        }
        if start.isFarther(than: 65535, from: end) { throw fault("\(words) is too large (> 65535)") }
    }
}

extension NetworkIP.Host {
    /// Throws unless the host is known by something, and gets an address.
    func check(_ x: XMLBinder) throws(XMLError) {
        let isIPv6 = x.node?.parent?.parent?.attribute("family") == "ipv6", network = x.network
        if let mac {
            if isIPv6 {
                throw x.fault(
                    "Invalid to specify MAC address '\(mac)' in network '\(network)' IPv6 static host definition"
                )
            }
            guard let address = MACAddress(xml: mac) else {
                throw x.fault("Cannot parse MAC address '\(mac)' in network '\(network)'")
            }
            if address.isMulticast {
                throw x.fault(
                    "expected unicast mac address, found multicast '\(mac)' in network '\(network)'")
            }
        }
        if let id,
            let wrong = id.unicodeScalars.first(where: {
                !"0123456789abcdefABCDEF:".unicodeScalars.contains($0)
            })
        {
            throw x.fault("Invalid character '\(wrong)' in id '\(id)' of network '\(network)'")
        }
        if let name, name.utf8.first.map({ !$0.isAlphanumeric }) ?? true {
            throw x.fault("Cannot use host name '\(name)' in network '\(network)'")
        }
        if x.options.contains(.partial) {
            return try x.require(
                mac != nil || name != nil || ip != nil || id != nil,
                "At least one of name, mac, or ip attribute must be specified for static host definition in "
                    + "network '\(network)'")
        }
        if isIPv6 {
            try x.require(
                name != nil || id != nil,
                "Static host definition in IPv6 network '\(network)' must have id or name attribute")
        } else {
            try x.require(
                name != nil || mac != nil,
                "Static host definition in IPv4 network '\(network)' must have mac or name attribute")
        }
        try x.require(ip != nil, "Missing IP address in static host definition for network '\(network)'")
    }
}

extension XMLBinder {
    /// The name of the network that the present element belongs to, while reading.
    var network: String {
        var place = node
        while let present = place, present.name != "network" { place = present.parent }
        return place?.children.first { $0.name == "name" }?.text ?? ""
    }

    /// An IP address, in the usual form.
    mutating func address(
        _ name: StaticString, _ value: inout String?, _ words: String, isEmptyNone: Bool = true
    ) throws(XMLError) {
        try attribute(name, &value)
        guard isReading, let text = value else { return }
        if text.isEmpty, isEmptyNone { return value = nil }
        guard let address = IPAddress(text) else {
            let said = words.split(atByte: "%", omittingEmptySubsequences: false).joined(separator: text)
            throw fault(said, attribute: name.description, value: text)
        }
        value = address.description
    }

    /// The same where libvirt leaves the words to the C library.
    mutating func socketAddress(_ name: StaticString, _ value: inout String?) throws(XMLError) {
        try attribute(name, &value)
        guard isReading, let text = value else { return }
        guard let address = IPAddress(text) else {
            throw fault(
                "Cannot parse socket address '\(text)': Name or service not known", .systemError,
                attribute: name.description, value: text)
        }
        value = address.description
    }
}
