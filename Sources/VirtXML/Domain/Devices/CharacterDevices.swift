import XMLBinding

/// A serial port.
public struct SerialDevice: Device {
    public static let elementName: StaticString = "serial"
    public var source = CharacterSource()
    public var target = Target()
    public var info = DeviceInfo()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try source.bindType(&x)
        if x.isWriting { try source.bind(&x) }
        try x.element("target", &target)
        if x.isReading { try source.bind(&x) }
        try info.bind(&x)
    }

    /// The guest's end.
    public struct Target: XMLElement {
        /// The kind of port, such as `isa-serial`; nil until the machine's default is filled in.
        public var type: String?
        public var port: UInt32?
        /// The exact device, such as `16550a`.
        public var model: String?

        public init() {}

        private static let types: Set<String> = [
            "none", "isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial",
            "sclp-serial",
            "isa-debug",
        ]

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.require(
                type.map(Self.types.contains) ?? true,
                "unknown target type '\(type ?? "")' specified for character device", .unsupported)
            if x.isReading, type == "none" { type = nil }
            if x.isWriting { try x.port(&port) }
            try x.group("model") { (x) throws(XMLError) in try x.attribute("name", &model, .unlessEmpty) }
            try x.require(
                model.map(Self.models.contains) ?? true,
                "unknown target model '\(model ?? "")' specified for character device", .unsupported)
            if x.isReading { try x.port(&port) }
        }

        private static let models: Set<String> = [
            "none", "isa-serial", "usb-serial", "pci-serial", "spapr-vty", "pl011", "16550a", "sclpconsole",
            "sclplmconsole", "isa-debugcon",
        ]
    }
}

/// A parallel port.
public struct ParallelDevice: Device {
    public static let elementName: StaticString = "parallel"
    public var source = CharacterSource()
    public var port: UInt32?
    public var info = DeviceInfo()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try source.bindType(&x)
        if x.isWriting { try source.bind(&x) }
        try x.group("target") { (x) throws(XMLError) in try x.port(&port) }
        if x.isReading { try source.bind(&x) }
        try info.bind(&x)
    }
}

/// A text console of the guest. The first one of type `serial` is the first serial port over again.
public struct ConsoleDevice: Device {
    public static let elementName: StaticString = "console"
    public var source = CharacterSource()
    public var targetType: TargetType?
    public var port: UInt32?
    public var info = DeviceInfo()

    public init() {}

    public enum TargetType: String, XMLWord {
        case serial, xen, uml, virtio, lxc, openvz, sclp, sclplm, none
    }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try bindType(&x)
        try bindTerminal(&x)
        if x.isWriting { try source.bind(&x) }
        try x.group("target") { (x) throws(XMLError) in
            try x.attribute("type", &targetType, .unknownTarget)
            if x.isReading, targetType == TargetType.none { targetType = nil }
            try x.port(&port)
        }
        if x.isReading { try source.bind(&x) }
        try info.bind(&x)
    }

    /// The first console's terminal stands where old programs look for it, while it runs.
    private mutating func bindTerminal(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isWriting, !x.options.contains(.inactive), source.type == .pty, port ?? 0 == 0 else { return }
        try x.attribute("tty", &source.path)
    }

    /// An old console says only `tty`, and is a pty then.
    private mutating func bindType(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &source.type, .refusing(CharacterSource.unknownType), default: .pty)
        guard x.isReading else { return }
        source.path = x.node?.attribute("tty") ?? source.path
    }
}

/// A private line between host and guest.
public struct ChannelDevice: Device {
    public static let elementName: StaticString = "channel"
    public var source = CharacterSource()
    public var target: Target = .none
    public var info = DeviceInfo()

    public init() {}

    /// The guest's end.
    public enum Target: Equatable, Sendable {
        case none
        /// A port of a virtio serial controller; `connected` is what the running guest last said.
        case virtio(name: String?, state: State?)
        case xen(name: String?, state: State?)
        /// A TCP address inside of the guest's user network.
        case guestForward(address: String, port: String)

        /// The channel's name in the guest.
        public var name: String? {
            switch self {
            case .virtio(let name, _), .xen(let name, _): name
            case .none, .guestForward: nil
            }
        }
    }

    public enum Kind: String, XMLWord { case none, guestfwd, virtio, xen }

    public enum State: String, XMLWord { case connected, disconnected }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try source.bindType(&x)
        if x.isWriting { try source.bind(&x) }
        try x.require(x.hasChild("target"), "target type must be specified for channel device")
        try x.group("target") { (x) throws(XMLError) in try bindTarget(&x) }
        if x.isReading { try source.bind(&x) }
        try info.bind(&x)
    }

    private mutating func bindTarget(_ x: inout XMLBinder) throws(XMLError) {
        var parts = TargetParts(target)
        if x.options.contains(.inactive) { parts.state = nil }
        try parts.bind(&x)
        if x.options.contains(.inactive) { parts.state = nil }
        if x.isReading { target = parts.target }
    }
}

/// The attributes of a channel's target, whichever kind it is.
private struct TargetParts {
    var kind: ChannelDevice.Kind = .none
    var name: String?
    var state: ChannelDevice.State?
    var address: String?
    var port: String?

    init(_ target: ChannelDevice.Target) {
        switch target {
        case .none: break
        case .virtio(let name, let state): (kind, self.name, self.state) = (.virtio, name, state)
        case .xen(let name, let state): (kind, self.name, self.state) = (.xen, name, state)
        case .guestForward(let address, let port):
            (kind, self.address, self.port) = (.guestfwd, address, port)
        }
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        let said = x.node?.attribute("type")
        try x.require(
            said != nil, "unknown target type '(null)' specified for character device", .unsupported)
        try x.attribute("type", &kind, .unknownTarget)
        if kind == .guestfwd { try bindForward(&x) }
        try x.attribute("name", &name)
        if !x.options.contains(.inactive) { try x.attribute("state", &state) }
    }

    /// Where the guest finds it: an address of its own network, and a port, which is one of sixteen bits.
    private mutating func bindForward(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("address", &address, orElse: "guestfwd channel does not define a target address")
        if let address, x.isReading, IPAddress(address) == nil {
            throw x.fault("Cannot parse socket address '\(address)': Name or service not known", .systemError)
        }
        var number = port.flatMap { UInt32($0) }
        try x.required("port", &number)
        port = number.map { String($0 & 0xffff) }
    }

    var target: ChannelDevice.Target {
        switch kind {
        case .none: .none
        case .virtio: .virtio(name: name, state: state)
        case .xen: .xen(name: name, state: state)
        case .guestfwd: .guestForward(address: address ?? "", port: port ?? "")
        }
    }
}

extension XMLReading {
    fileprivate static let unknownTarget = refusing("unknown target type '%' specified for character device")
}

extension XMLBinder {
    /// The number of a port; -1 is for one that is chosen.
    fileprivate mutating func port(_ port: inout UInt32?) throws(XMLError) {
        var number = port.map { Int32(clamping: $0) }
        try attribute("port", &number, .refusing("Invalid port number: %", .xml))
        if isReading, let number { port = UInt32(exactly: number) }
    }
}
