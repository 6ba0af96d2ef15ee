import ByteText
import XMLBinding

/// An address of the network's bridge, and what is handed out there.
public struct NetworkIP: XMLElement {
    public var family: AddressFamily?
    public var address: String?
    public var netmask: String?
    public var prefix: UInt32?
    public var localPtr: Bool?
    public var tftpRoot: String?
    @Boxed public var dhcp: DHCP?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        var word = family?.rawValue
        try x.attribute("family", &word, .unlessEmpty)
        try x.address("address", &address, "Invalid address '%' in network '\(x.network)'")
        try x.require(address != nil, "Missing required address attribute in network '\(x.network)'")
        try x.address("netmask", &netmask, "Invalid netmask '%' in network '\(x.network)'")
        try x.attribute("prefix", &prefix)
        try x.yesNo("localPtr", &localPtr)
        family = word.flatMap { AddressFamily(rawValue: $0) }
        try x.require(
            word == nil || family != nil, "Unrecognized family '\(word ?? "")' in network '\(x.network)'")
        if x.isReading { try check(x) }
        x.expand()
        if x.hasChild("tftp"), family == .ipv6 {
            throw x.fault(
                "Unsupported <tftp> element in an IPv6 element in network '\(x.network)'", .unsupported)
        }
        try x.group("tftp") { (x) throws(XMLError) in try x.attribute("root", &tftpRoot, .unlessEmpty) }
        try x.element("dhcp", &dhcp)
        if let dhcp, dhcp.ranges.isEmpty && dhcp.hosts.isEmpty || x.isReading && dhcp == DHCP() {
            self.dhcp = nil
        }
        if x.isReading { for range in dhcp?.ranges ?? [] { try check(range, network: x.network) } }
    }

    /// Addresses that guests get.
    public struct DHCP: XMLElement {
        public var ranges: [Range] = []
        public var hosts: [Host] = []
        public var bootFile: String?
        public var bootServer: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.elements("range", &ranges)
            try x.elements("host", &hosts)
            if x.node?.parent?.attribute("family") == "ipv6" { return }
            try x.group("bootp") { (x) throws(XMLError) in
                try x.requireAttribute("file")
                try x.attribute("file", &bootFile)
                try x.socketAddress("server", &bootServer)
            }
        }
    }

    public struct Range: XMLElement {
        public var start = ""
        public var end = ""
        public var lease: Lease?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try bind("start", &start, &x)
            try bind("end", &end, &x)
            try x.element("lease", &lease)
            if x.isReading, lease?.isSaid == false { lease = nil }
        }

        private func bind(_ name: StaticString, _ value: inout String, _ x: inout XMLBinder) throws(XMLError)
        {
            try x.require(
                x.node?.attribute(name) != nil,
                "Missing '\(name)' attribute in dhcp range for network '\(x.network)'")
            var text: String? = x.isReading ? nil : value
            try x.socketAddress(name, &text)
            value = text ?? ""
        }
    }

    public struct Host: XMLElement {
        public var mac: String?
        public var id: String?
        public var name: String?
        public var ip: String?
        public var lease: Lease?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("mac", &mac)
            try x.attribute("id", &id)
            try x.attribute("name", &name)
            let words = "Invalid IP address in static host definition for network '\(x.network)'"
            try x.address("ip", &ip, words, isEmptyNone: false)
            if x.isReading { try check(x) }
            try x.element("lease", &lease)
            if x.isReading, lease?.isSaid == false { lease = nil }
        }
    }

    /// How long a guest may keep its address; 0 for ever.
    public struct Lease: XMLElement {
        public var expiry: UInt64 = 0
        public var unit: Unit?
        fileprivate var isSaid = true

        public init() {}

        public enum Unit: String, XMLWord { case seconds, minutes, hours }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var number: UInt64? = x.isReading ? nil : expiry
            try x.attribute("expiry", &number)
            isSaid = number != nil
            expiry = number ?? 0
            if x.isReading || expiry != 0 { try x.attribute("unit", &unit) }
            if expiry == 0 { return unit = nil }
            unit = unit ?? .minutes
            let factor: UInt64 = unit == .seconds ? 1 : unit == .minutes ? 60 : 3600
            try x.require(
                expiry.multipliedReportingOverflow(by: factor).partialValue >= 120,
                "The minimum lease time should be greater than 2 minutes", .unsupported)
        }
    }
}
