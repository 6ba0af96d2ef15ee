import ByteText
import XMLBinding

/// A network card.
public struct InterfaceDevice: Device {
    public static let elementName: StaticString = "interface"

    public var type: Kind = .user
    public var managed: Bool?
    public var trustGuestRxFilters: Bool?
    public var mac: InterfaceMAC?
    /// What hands a card of the host over.
    @Boxed public var hostDriver: HostdevDevice.Driver?
    public var source = InterfaceSource()
    public var script: String?
    public var downscript: String?
    public var backendDomain: String?
    @Boxed public var bandwidth: Bandwidth?
    @Boxed public var vlan: VLAN?
    public var isolated: Bool?
    @Boxed public var virtualPort: VirtualPort?
    public var ips: [InterfaceIP] = []
    public var routes: [InterfaceRoute] = []
    public var portForwards: [PortForward] = []
    @Boxed public var target: Target?
    public var guestDev: String?
    public var guestActual: String?
    public var model: String?
    @Boxed public var driver: InterfaceDriver?
    @Boxed public var backend: Backend?
    @Boxed public var filter: FilterReference?
    public var linkState: LinkState?
    public var mtu: UInt32?
    @Boxed public var teaming: Teaming?
    /// How many received packets are gathered before the guest is told.
    public var coalesceRxFrames: UInt32?
    /// The size of the socket's send buffer; nil for the default.
    public var sndbuf: UInt64?
    public var info = DeviceInfo()

    public init() {}

    public enum Kind: String, XMLWord {
        case user, ethernet, vhostuser, server, client, mcast, udp, network, bridge, `internal`, direct
        case hostdev, vdpa, null, vds
    }

    public enum LinkState: String, XMLWord { case `default`, up, down }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, x.options.contains(.inactive), isPlacedByNetwork {
            var defined = self
            defined.forgetPlace()
            return try defined.bind(&x)
        }
        try x.attribute("type", &type, default: .user)
        try x.yesNo("managed", &managed, .orNone)
        if x.isReading, type != .hostdev || managed == false { managed = nil }
        try x.yesNo("trustGuestRxFilters", &trustGuestRxFilters)
        if x.isReading { try read(&x) } else { try write(&x) }
    }

    /// libvirt reads a card from its cable to its driver, so of several faults that of the cable is said.
    private mutating func read(_ x: inout XMLBinder) throws(XMLError) {
        try bindModel(&x)
        try source.bindElement(&x, type, isServed: isServed(x))
        try bindHostDriver(&x)
        try bindSwitch(&x)
        try bindTarget(&x)
        try bindBandwidth(&x)
        try x.element("vlan", &vlan)
        try bindMAC(&x)
        try info.bind(&x, boots: true, hasROM: true)
        try bindRoutes(&x)
        try bindScripts(&x)
        try bindDriver(&x)
        try bindBackend(&x)
        try bindFilter(&x)
        try bindLink(&x)
        try x.element("teaming", &teaming)
        try bindSendBuffer(&x)
        try bindSizes(&x)
        try bindIsolation(&x)
    }

    private mutating func write(_ x: inout XMLBinder) throws(XMLError) {
        try bindMAC(&x)
        try bindHostDriver(&x)
        try source.bindElement(&x, type, isServed: isServed(x))
        try x.element("vlan", &vlan)
        try x.element("virtualport", &virtualPort)
        try bindBandwidth(&x)
        try bindRoutes(&x)
        try bindIsolation(&x)
        try bindScripts(&x)
        try bindTarget(&x)
        try bindGuest(&x)
        try bindModel(&x)
        try bindDriver(&x)
        try bindBackend(&x)
        try bindFilter(&x)
        try x.element("teaming", &teaming)
        try bindSendBuffer(&x)
        try bindLink(&x)
        try bindSizes(&x)
        try info.bind(&x, boots: true, hasROM: true)
    }

    /// Whether a program beside the hypervisor connects the card: then there is no socket to be named.
    private func isServed(_ x: XMLBinder) -> Bool {
        x.isReading ? x.attribute("type", ofChild: "backend") == "passt" : backend?.type == .passt
    }

    private mutating func bindMAC(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting || x.attribute("address", ofChild: "mac") != nil { try x.element("mac", &mac) }
    }

    private mutating func bindHostDriver(_ x: inout XMLBinder) throws(XMLError) {
        if type == .hostdev { try x.element("driver", &hostDriver) }
        if hostDriver == HostdevDevice.Driver() { hostDriver = nil }
    }

    private mutating func bindBandwidth(_ x: inout XMLBinder) throws(XMLError) {
        try x.bandwidth(&bandwidth, mayPromise: type == .network)
        let most: UInt64 = 4_194_303
        for burst in [bandwidth?.inbound?.burst, bandwidth?.outbound?.burst] {
            try x.require(
                burst ?? 0 <= most,
                "value '\(burst ?? 0)' is too big for 'burst' parameter, maximum is '\(most)'", .overflow)
        }
    }

    private mutating func bindRoutes(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("ip", &ips)
        try x.elements("route", &routes)
        try x.elements("portForward", &portForwards)
    }

    private mutating func bindIsolation(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("port") { (x) throws(XMLError) in try x.yesNo("isolated", &isolated) }
    }

    private mutating func bindScripts(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("script") { (x) throws(XMLError) in try x.attribute("path", &script, .unlessEmpty) }
        try x.group("downscript") { (x) throws(XMLError) in try x.attribute("path", &downscript, .unlessEmpty)
        }
        try x.group("backenddomain") { (x) throws(XMLError) in try x.attribute("name", &backendDomain) }
        if x.isReading { try bindGuest(&x) }
    }

    private mutating func bindGuest(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("guest") { (x) throws(XMLError) in
            try x.attribute("dev", &guestDev, .unlessEmpty)
            try x.attribute("actual", &guestActual)
        }
    }

    /// A name that the daemon made up is not part of the definition.
    private mutating func bindTarget(_ x: inout XMLBinder) throws(XMLError) {
        var shown = target
        if x.isWriting, x.options.contains(.inactive), let dev = target?.dev, Target.isGenerated(dev) {
            shown?.dev = nil
            if shown?.managed == nil { shown = nil }
        }
        try x.element("target", &shown)
        guard x.isReading else { return }
        if shown == Target() { shown = nil }
        target = shown
        if let dev = shown?.dev, x.options.contains(.inactive), Target.isGenerated(dev) {
            target?.dev = nil
            if target?.managed == nil { target = nil }
        }
    }

    private mutating func bindModel(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("model") { (x) throws(XMLError) in try x.attribute("type", &model, .unlessEmpty) }
        try x.require(
            model?.consistsOfAlphanumerics(or: "-_") ?? true,
            "Model name contains invalid characters", .invalidArgument)
    }

    private mutating func bindBackend(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("backend", &backend)
        if backend?.type == .default { backend?.type = nil }
        if x.isReading, backend?.vhost != nil, !isVirtio { backend?.vhost = nil }
        if backend == Backend() { backend = nil }
    }

    private mutating func bindFilter(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting || mayBeFiltered, x.isWriting || x.attribute("filter", ofChild: "filterref") != nil {
            try x.element("filterref", &filter)
        }
    }

    private static let coalesceReading = XMLReading.unlessEmpty.refusing(
        "cannot parse value '%' for coalesce parameter", .malformed)

    private mutating func bindSendBuffer(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("tune") { (x) throws(XMLError) in
            try x.value("sndbuf", &sndbuf, .refusing("sndbuf must be a positive integer", .xml))
        }
    }

    private mutating func bindLink(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("link") { (x) throws(XMLError) in
            try x.attribute("state", &linkState, .unlessEmpty.refusing("unknown interface link state '%'"))
        }
    }

    private mutating func bindSizes(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("mtu") { (x) throws(XMLError) in
            try x.attribute("size", &mtu, .unlessEmpty.refusing("malformed mtu size", .xml))
        }
        if x.isReading, mtu == 0 { mtu = nil }
        try x.group("coalesce") { (x) throws(XMLError) in
            try x.group("rx") { (x) throws(XMLError) in
                try x.group("frames") { (x) throws(XMLError) in
                    try checkCoalescing(x)
                    try x.attribute("max", &coalesceRxFrames, Self.coalesceReading)
                }
            }
        }
        if coalesceRxFrames == 0 { coalesceRxFrames = nil }
    }

    private func checkCoalescing(_ x: XMLBinder) throws(XMLError) {
        guard let text = x.node?.attribute("max"), let number = UInt64(text), number > UInt32.max else {
            return
        }
        throw x.fault(
            "value '\(text)' is too big for coalesce parameter, maximum is '\(UInt32.max)'", .overflow)
    }

    /// The host's end of the cable.
    public struct Target: XMLElement {
        public var dev: String?
        public var managed: Bool?

        public init() {}

        /// Whether a name is one that the daemon makes up for the time that a domain runs.
        public static func isGenerated(_ name: String) -> Bool {
            ["vnet", "macvtap", "macvlan"].contains { name.hasBytePrefix($0) }
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("dev", &dev)
            try x.yesNo("managed", &managed)
        }
    }

    /// What carries the packets.
    public struct Backend: XMLElement {
        public var type: Kind?
        public var tap: String?
        public var vhost: String?
        public var logFile: String?

        public init() {}

        public enum Kind: String, XMLWord { case `default`, passt }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.attribute("tap", &tap)
            try x.attribute("vhost", &vhost)
            try x.attribute("logFile", &logFile)
        }
    }

    /// A card that stands in for another one while that one is away.
    public struct Teaming: XMLElement {
        public var type: Kind = .persistent
        /// The alias of the card that stays.
        public var persistent: String?

        public init() {}

        public enum Kind: String, XMLWord { case persistent, transient }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute(
                "type", &type, .unlessEmpty.refusing("unknown teaming type '%'"),
                orElse: "unknown teaming type '(null)'",
                .unsupported)
            try x.attribute("persistent", &persistent, .unlessEmpty)
        }
    }
}

/// A card's hardware address.
public struct InterfaceMAC: XMLElement {
    public var address = MACAddress((0, 0, 0, 0, 0, 0))
    public var type: Origin?
    public var check: Bool?
    public var currentAddress: MACAddress?

    public init() {}

    public init(_ address: MACAddress) { self.address = address }

    public enum Origin: String, XMLWord { case generated, `static` }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.mac("address", &address)
        try x.attribute("type", &type)
        try x.yesNo("check", &check)
        if x.isReading, x.options.contains(.inactive) { return }
        try x.attribute("currentAddress", &currentAddress)
    }
}

extension XMLBinder {
    mutating func mac(_ name: StaticString, _ address: inout MACAddress) throws(XMLError) {
        var text = isWriting ? address.xml : ""
        try attribute(name, &text)
        guard isReading else { return }
        guard let parsed = MACAddress(xml: text) else {
            throw fault("unable to parse mac address '\(text)'", value: text)
        }
        try require(
            !parsed.isMulticast, "expected unicast mac address, found multicast '\(text)'")
        address = parsed
    }
}
