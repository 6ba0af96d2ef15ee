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
    }

    /// Who is asked about a domain.
    public struct Forwarder: XMLElement {
        public var domain: String?
        public var address: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("domain", &domain)
            try x.attribute("addr", &address)
        }
    }

    public struct Text: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("value", &value, omitting: "")
            try x.require(
                x.options.contains(.partial) || !value.isEmpty,
                "Missing required value attribute in DNS TXT record '\(name)'")
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
            try x.attribute("service", &service)
            try x.attribute("protocol", &proto)
            try x.attribute("domain", &domain)
            try x.attribute("target", &target)
            try x.attribute("port", &port)
            try x.attribute("priority", &priority)
            try x.attribute("weight", &weight)
        }
    }

    public struct Host: XMLElement {
        public var ip = ""
        public var names: [String] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("ip", &ip, omitting: "")
            try x.values("hostname", &names)
            let isPartial = x.options.contains(.partial)
            try x.require(isPartial || !ip.isEmpty, "Missing IP address in DNS host record")
            try x.require(isPartial || !names.isEmpty, "Missing hostname in DNS host record")
        }
    }
}
