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
        try x.attribute("family", &family)
        try x.attribute("address", &address)
        try x.attribute("netmask", &netmask)
        try x.attribute("prefix", &prefix)
        try x.yesNo("localPtr", &localPtr)
        x.expand()
        try x.group("tftp") { (x) throws(XMLError) in try x.attribute("root", &tftpRoot) }
        try x.element("dhcp", &dhcp)
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
            try x.group("bootp") { (x) throws(XMLError) in
                try x.attribute("file", &bootFile)
                try x.attribute("server", &bootServer)
            }
        }
    }

    public struct Range: XMLElement {
        public var start = ""
        public var end = ""
        public var lease: Lease?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("start", &start)
            try x.attribute("end", &end)
            try x.element("lease", &lease)
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
            try x.attribute("ip", &ip)
            if !x.options.contains(.partial) { try checkComplete(x) }
            try x.element("lease", &lease)
        }

        private func checkComplete(_ x: XMLBinder) throws(XMLError) {
            try x.require(ip != nil, "Missing IP address in static host definition", .xml)
            try x.require(
                mac != nil || id != nil || name != nil,
                "Missing MAC address, client id or name in static host definition")
        }
    }

    /// How long a guest may keep its address; 0 for ever.
    public struct Lease: XMLElement {
        public var expiry: UInt64 = 0
        public var unit: Unit?

        public init() {}

        public enum Unit: String, XMLWord { case seconds, minutes, hours }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("expiry", &expiry)
            if expiry == 0 { return unit = nil }
            unit = unit ?? .minutes
            try x.attribute("unit", &unit)
        }
    }
}
