import XMLBinding

/// What names a network's server answers.
public struct NetworkDNS: XMLElement {
    public var enable: Bool?
    public var forwardPlainNames: Bool?
    public var forwarders: [Forwarder] = []
    public var texts: [Text] = []
    public var services: [Service] = []
    public var hosts: [Host] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("enable", &enable)
        try x.yesNo("forwardPlainNames", &forwardPlainNames)
        try x.elements("forwarder", &forwarders)
        try x.elements("txt", &texts)
        try x.elements("srv", &services)
        try x.elements("host", &hosts)
        if enable == false {
            try x.require(
                forwarders.isEmpty && texts.isEmpty && services.isEmpty && hosts.isEmpty,
                "Extra data in disabled network '\(x.network)'")
        }
    }

    /// Who is asked about a domain.
    public struct Forwarder: XMLElement {
        public var domain: String?
        public var address: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("domain", &domain)
            try x.address(
                "addr", &address, "Invalid forwarder IP address '%' in network '\(x.network)'",
                isEmptyNone: false)
            try x.require(
                address != nil || domain != nil,
                "Invalid forwarder element, must contain at least one of addr or domain")
        }
    }

    public struct Text: XMLElement {
        public var name = ""
        public var value: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let network = x.network
            try x.attribute(
                "name", &name,
                orElse: "missing required name attribute in DNS TXT record of network \(network)", .malformed)
            try x.require(
                !name.utf8.contains(UInt8(ascii: " ")),
                "prohibited character in DNS TXT record name '\(name)' of network \(network)", .malformed)
            try x.attribute("value", &value)
            try x.require(
                x.options.contains(.partial) || value != nil,
                "missing required value attribute in DNS TXT record named '\(name)' of network \(network)",
                .malformed)
        }
    }

    public struct Service: XMLElement {
        public var service = ""
        public var proto = ""
        public var domain: String?
        public var target: String?
        public var port: UInt32?
        public var priority: UInt32?
        public var weight: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let record = "DNS SRV record"
            if !x.options.contains(.partial) {
                try x.require(
                    x.node?.attribute("service") != nil,
                    "missing required service attribute in \(record) of network '\(x.network)'", .malformed)
                try x.require(
                    x.node?.attribute("protocol") != nil,
                    "missing required protocol attribute in \(record) '\(x.node?.attribute("service") ?? "")' of "
                        + "network '\(x.network)'", .malformed)
            }
            try x.attribute("service", &service, default: "")
            try x.attribute("protocol", &proto, default: "")
            try x.attribute("domain", &domain)
            try x.attribute("target", &target)
            try number("port", &port, "invalid", 1...65535, &x)
            try number("priority", &priority, "Invalid", 0...65535, &x)
            try number("weight", &weight, "invalid", 0...65535, &x)
        }

        /// A number that says something of the target.
        private func number(
            _ name: StaticString, _ value: inout UInt32?, _ invalid: String, _ range: ClosedRange<UInt32>,
            _ x: inout XMLBinder
        ) throws(XMLError) {
            let place = "for service '\(service)' in network '\(x.network)'"
            let words = "\(invalid) DNS SRV \(name) attribute \(place)"
            try x.attribute(name, &value, .unlessEmpty.refusing(words, .malformed))
            guard x.isReading, let number = value else { return }
            try x.require(
                target != nil || x.options.contains(.partial),
                "DNS SRV \(name) attribute not permitted without target \(place)", .malformed)
            try x.require(range.contains(number), words, .malformed)
            if number == 0 { value = nil }
        }
    }

    public struct Host: XMLElement {
        public var ip = ""
        public var names: [String] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("ip", &ip, omitting: "")
            try x.values("hostname", &names)
            if !x.isReading { return }
            let isPartial = x.options.contains(.partial), record = "in network '\(x.network)' DNS HOST record"
            try x.require(
                !isPartial || !names.isEmpty || !ip.isEmpty, "Missing ip and hostname \(record)", .malformed)
            try x.require(isPartial || !names.isEmpty, "Missing hostname \(record)", .malformed)
            try x.require(names.allSatisfy { !$0.isEmpty }, "Missing hostname \(record)", .malformed)
            if ip.isEmpty, isPartial { return }
            try x.require(x.node?.attribute("ip") != nil, "Missing IP address \(record)", .malformed)
            guard let address = IPAddress(ip) else {
                throw x.fault("Invalid IP address \(record)", .malformed)
            }
            ip = address.description
        }
    }
}
