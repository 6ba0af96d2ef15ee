import XMLBinding

/// How a network's guests reach others.
public struct NetworkForward: XMLElement {
    public var dev: String?
    public var mode: Mode = .nat
    public var managed: Bool?
    @Boxed public var driver: HostdevDevice.Driver?
    @Boxed public var nat: NAT?
    public var pf: String?
    public var interfaces: [Interface] = []
    public var addresses: [Address] = []

    public init() {}

    public enum Mode: String, XMLWord {
        case none, nat, route, open, bridge, `private`, vepa, passthrough, hostdev

        /// Whether the daemon makes the bridge.
        public var hasOwnBridge: Bool {
            switch self {
            case .none, .nat, .route, .open: true
            case .bridge, .private, .vepa, .passthrough, .hostdev: false
            }
        }
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("dev", &dev, .unlessEmpty)
        if x.isReading {
            try x.attribute(
                "mode", &mode, .unlessEmpty.refusing("unknown forwarding type '%'"), default: .nat)
        } else if mode != .none {
            try x.attribute("mode", &mode)
        }
        if mode == .hostdev {
            managed = managed ?? false
            try x.yesNo("managed", &managed, .orNone)
        }
        try x.element("driver", &driver)
        if driver == HostdevDevice.Driver() { driver = nil }
        try bindNAT(&x)
        try checkSingle("pf", in: "forward", x)
        try x.group("pf") { (x) throws(XMLError) in
            try x.attribute(
                "dev", &pf, orElse: "Missing required dev attribute in <pf> element of network '\(x.network)'"
            )
        }
        try bindInterfaces(&x)
        if x.isReading || interfaces.isEmpty || pf != nil { try x.elements("address", &addresses) }
        if x.isReading { try settle(x) }
    }

    private mutating func bindNAT(_ x: inout XMLBinder) throws(XMLError) {
        try checkSingle("nat", in: "forward", x)
        if x.hasChild("nat"), mode != .nat {
            throw x.fault(
                "The <nat> element can only be used when <forward> 'mode' is 'nat' in network \(x.network)")
        }
        try x.element("nat", &nat)
        if nat == NAT() { nat = nil }
    }

    /// Of device, list of devices and list of addresses the first counts.
    private mutating func settle(_ x: XMLBinder) throws(XMLError) {
        if x.node?.attribute("dev") ?? "" != "", !addresses.isEmpty || pf != nil {
            throw x.fault(
                "the <forward> 'dev' attribute cannot be used when <address> or <pf> sub-elements are present in "
                    + "network \(x.network)")
        }
        try checkDuplicates(x)
        if x.hasChild("interface") { (pf, addresses) = (nil, []) }
        if !addresses.isEmpty { pf = nil }
    }

    fileprivate func checkSingle(_ name: StaticString, in parent: String, _ x: XMLBinder) throws(XMLError) {
        try x.atMost(
            1, name, orElse: "Only one <\(name)> element is allowed in <\(parent)> of network \(x.network)")
    }

    private func checkDuplicates(_ x: XMLBinder) throws(XMLError) {
        if let entry = interfaces.firstRepeated(by: \.dev) {
            throw x.fault(
                "interface '\(entry.dev)' can only be listed once in network \(x.network)", value: entry.dev)
        }
        if let entry = addresses.filter({ $0.address.pci != nil }).firstRepeated(by: \.address.pci) {
            throw x.fault(
                "PCI device '\(entry.address.pci?.description ?? "")' can only be listed once in network \(x.network)"
            )
        }
    }

    /// With a device of its own and no list, the device is the list's only entry.
    private mutating func bindInterfaces(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, pf != nil, x.options.contains(.inactive) { return }
        try x.elements("interface", &interfaces)
        guard x.isReading else { return }
        if interfaces.isEmpty, let dev, pf == nil {
            interfaces = [Interface(dev)]
        } else if let first = interfaces.first {
            try x.require(
                dev == nil || dev == first.dev,
                "<forward dev='\(dev ?? "")'> must match first <interface dev='\(first.dev)'/> in network \(x.network)"
            )
            dev = first.dev
        }
    }

    /// A device of the host that guests' cards are connected to.
    public struct Interface: XMLElement {
        public var dev = ""
        public var connections: UInt32?

        public init() {}

        public init(_ dev: String) { self.dev = dev }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "dev", &dev,
                orElse:
                    "Missing required dev attribute in <forward> <interface> element of network \(x.network)")
            if x.isWriting, !x.options.contains(.inactive), connections != 0 {
                try x.attribute("connections", &connections)
            }
        }
    }

    /// A device of the host that is handed to a guest.
    public struct Address: XMLElement {
        public var address: DeviceAddress = .pci(PCIAddress())
        public var connections: UInt32?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if let node = x.node {
                guard let type = node.attribute("type") else {
                    throw x.fault("missing address type in network \(x.network)")
                }
                if type != "pci" {
                    throw x.fault("unknown address type '\(type)' in network \(x.network)", .unsupported)
                }
            }
            try address.bind(&x)
            if x.isReading, case .pci(var place) = address {
                place.multifunction = nil
                address = .pci(place)
            }
            if x.isWriting, !x.options.contains(.inactive), connections != 0 {
                try x.attribute("connections", &connections)
            }
        }
    }

    /// What guests' addresses are turned into.
    public struct NAT: XMLElement {
        public var ipv6: Bool?
        public var address: AddressRange?
        public var port: PortRange?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.yesNo("ipv6", &ipv6)
            for name: StaticString in ["address", "port"] {
                try x.atMost(
                    1, name,
                    orElse:
                        "Only one <\(name)> element is allowed in <nat> in <forward> in network \(x.network)")
            }
            try x.element("address", &address)
            try x.element("port", &port)
        }
    }

    public struct AddressRange: XMLElement {
        public var start = ""
        public var end: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let place = "in <nat> in <forward> in network"
            var first: String? = x.isReading ? nil : start
            for (name, isThere) in [
                ("start", x.node?.attribute("start") != nil), ("end", x.node?.attribute("end") != nil),
            ] {
                try x.require(
                    isThere, "missing '\(name)' attribute in <address> element \(place) \(x.network)")
            }
            try x.address(
                "start", &first, "Bad ipv4 start address '%' \(place) '\(x.network)'", isEmptyNone: false)
            try x.address("end", &end, "Bad ipv4 end address '%' \(place) '\(x.network)'", isEmptyNone: false)
            start = first ?? ""
            if x.isReading { try check(x) }
        }

        private func check(_ x: XMLBinder) throws(XMLError) {
            let place = "in <nat> in <forward> in network '\(x.network)'"
            guard let first = IPAddress(start), first.family == .ipv4 else {
                throw x.fault("Bad ipv4 start address '\(start)' \(place)")
            }
            guard let last = IPAddress(end ?? ""), last.family == .ipv4 else {
                throw x.fault("Bad ipv4 end address '\(end ?? "")' \(place)")
            }
            try x.require(first <= last, "range \(start) - \(end ?? "") is reversed ", .internalError)
        }
    }

    public struct PortRange: XMLElement {
        public var start: UInt16 = 1024
        public var end: UInt16 = 65535

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            let place = "attribute in <port> in <nat> in <forward> in network \(x.network)"
            let wrongStart = "Missing or invalid 'start' \(place)",
                wrongEnd = "Missing or invalid 'end' \(place)"
            try x.attribute(
                "start", &start, .refusing(wrongStart, .malformed), orElse: wrongStart, .malformed)
            try x.attribute("end", &end, .refusing(wrongEnd, .malformed), orElse: wrongEnd, .malformed)
            try x.require(start <= end, wrongEnd, .malformed)
        }
    }
}
