import XMLBinding

/// A way to a network.
public struct InterfaceRoute: XMLElement {
    public var family: AddressFamily?
    public var address = ""
    public var netmask: String?
    public var prefix: UInt32?
    public var gateway: String?
    public var metric: UInt32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        let place = Place(x)
        try x.attribute(
            "family", &family,
            .refusing("\(place.name): Unrecognized family '%' in route definition", .xml))
        try place.attribute("address", &address, &x)
        try x.attribute("netmask", &netmask)
        try x.attribute("prefix", &prefix)
        var way = gateway ?? ""
        if x.isReading || gateway != nil { try place.attribute("gateway", &way, &x) }
        gateway = way
        try x.attribute("metric", &metric)
        guard x.isReading else { return }
        try x.require(
            metric != 0, "Invalid value for attribute 'metric' in element 'route': Zero is not permitted")
        try check(place, x)
    }

    /// Where a route stands, which all that is said about it begins with.
    private struct Place {
        let name: String

        init(_ x: XMLBinder) {
            let parent = x.node?.parent
            switch parent?.name {
            case "network": name = parent?.children.first { $0.name == "name" }?.text ?? ""
            case "source": name = "interface host IP"
            default: name = "guest interface"
            }
        }

        func attribute(
            _ attribute: StaticString, _ value: inout String, _ x: inout XMLBinder
        ) throws(XMLError) {
            try x.attribute(
                attribute, &value,
                orElse: "\(name): Missing required \(attribute) attribute in route definition")
        }

        func fault(_ words: String, _ x: XMLBinder) -> XMLError { x.fault("\(name): \(words)") }
    }

    /// Network, mask and gateway are of one family, which must be said where it isn't IPv4; the network is one.
    private func check(_ place: Place, _ x: XMLBinder) throws(XMLError) {
        guard let network = IPAddress(address) else {
            throw place.fault("Bad network address '\(address)' in route definition", x)
        }
        guard let way = IPAddress(gateway ?? "") else {
            throw place.fault("Bad gateway address '\(gateway ?? "")' in route definition", x)
        }
        let mask = netmask.flatMap { IPAddress($0) }
        if let netmask, mask == nil, family != .ipv6 {
            throw place.fault("Bad netmask address '\(netmask)' in route definition", x)
        }
        try checkFamilies(network, way, mask, place, x)
        if netmask != nil, prefix != nil {
            throw place.fault("Route definition cannot have both a prefix and a netmask", x)
        }
        try checkNetwork(network, mask, place, x)
    }

    private func checkFamilies(
        _ network: IPAddress, _ way: IPAddress, _ mask: IPAddress?, _ place: Place, _ x: XMLBinder
    ) throws(XMLError) {
        let said = family == nil ? "No" : "IPv4"
        if family == .ipv6 {
            if network.family != .ipv6 {
                throw place.fault(
                    "ipv6 family specified for non-IPv6 address '\(address)' in route definition", x)
            }
            if netmask != nil {
                throw place.fault(
                    "Specifying netmask invalid for IPv6 address '\(address)' in route definition", x)
            }
            if way.family != .ipv6 {
                throw place.fault(
                    "ipv6 specified for non-IPv6 gateway address '\(gateway ?? "")' in route definition", x)
            }
            return
        }
        if network.family != .ipv4 {
            throw place.fault(
                "\(said) family specified for non-IPv4 address '\(address)' in route definition", x)
        }
        if way.family != .ipv4 {
            throw place.fault(
                "\(said) family specified for non-IPv4 gateway '\(address)' in route definition", x)
        }
        if let netmask, mask?.family != .ipv4 {
            throw place.fault("Invalid netmask '\(netmask)' for address '\(address)' (both must be IPv4)", x)
        }
    }

    private func checkNetwork(
        _ network: IPAddress, _ mask: IPAddress?, _ place: Place, _ x: XMLBinder
    ) throws(XMLError) {
        let longest: UInt32 = network.family == .ipv4 ? 32 : 128
        if let prefix, prefix > longest {
            throw place.fault(
                "Invalid prefix \(prefix) specified in route definition, must be 0 - \(longest)", x)
        }
        // A mask is laid over it as it is, even one that has holes.
        let isNetwork =
            mask.map { mask in zip(network.bytes, mask.bytes).allSatisfy { $0 & ~$1 == 0 } }
            ?? (network.network(prefix: prefix ?? 0) == network)
        if !isNetwork {
            throw place.fault("Address '\(address)' in route definition is not a network address", x)
        }
    }
}

extension InterfaceRoute {
    /// How many bits of the address name where the route leads to.
    public var prefixLength: UInt32 {
        if let prefix { return prefix }
        if let length = netmask.flatMap({ IPAddress($0)?.maskLength }) { return length }
        // To everywhere where the address is none.
        guard let own = IPAddress(address), own.bytes.contains(where: { $0 != 0 }) else { return 0 }
        return own.usualPrefix ?? 0
    }
}
