import ByteText
import XMLBinding

/// The host's end of a serial line, channel or the like.
public struct CharacterSource: Equatable, Sendable {
    public var type: Kind = .pty
    /// The file, device, pipe or socket.
    public var path: String?
    public var append: Bool?
    /// The name of a SPICE or D-Bus channel.
    public var channel: String?
    /// The two ends of a null modem.
    public var master: String?, slave: String?
    /// A TCP address, or where UDP packets go.
    public var host: String?, service: String?
    /// Where UDP packets come from.
    public var bindHost: String?, bindService: String?
    /// Whether the socket waits for a peer rather than connects.
    public var listens = false
    public var `protocol`: TCPProtocol = .raw
    public var tls: Bool?
    @Boxed public var reconnect: Reconnect?
    public var clipboardCopyPaste: Bool?
    public var mouseMode: MouseMode?
    /// Where all that the guest writes is kept too.
    public var logFile: String?
    public var logAppend: Bool?
    public var seclabels: [DeviceSeclabel] = []

    public init() {}

    public init(_ type: Kind) { self.type = type }

    public enum Kind: String, XMLWord {
        case null, vc, pty, dev, file, pipe, stdio, udp, tcp, unix, spicevmc, spiceport, nmdm, dbus
        case vdagent = "qemu-vdagent"
    }

    public enum TCPProtocol: String, XMLWord { case raw, telnet, telnets, tls }

    public enum MouseMode: String, XMLWord { case server, client }

    public enum SocketMode: String, XMLWord { case bind, connect }
}

extension CharacterSource {
    /// Binds the type, an attribute of the device's own element.
    ///
    /// - Parameter words: what is said of an unknown type.
    mutating func bindType(
        _ x: inout XMLBinder, refusing words: String = CharacterSource.unknownType
    ) throws(XMLError) {
        try x.attribute("type", &type, .refusing(words), default: type)
    }

    static let unknownType = "unknown type presented to host for character device: %"

    /// Binds the children that describe the source, in libvirt's order.
    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try checkSources(x)
        switch type {
        case .null, .vc, .stdio, .spicevmc: break
        case .pty, .dev, .file, .pipe: try bindFile(&x)
        case .unix: try bindUnix(&x)
        case .tcp: try bindTCP(&x)
        case .udp: try bindUDP(&x)
        case .nmdm: try bindNullModem(&x)
        case .vdagent: try bindAgent(&x)
        case .spiceport, .dbus: try bindChannel(&x)
        }
        if type == .tcp, x.isWriting { try bindProtocol(&x) }
        try x.atMost(1, "log", orElse: "only one log element is allowed for character device")
        try bindLog(&x)
        try x.atMost(1, "protocol", orElse: "only one protocol element is allowed for character device")
        if type == .tcp, x.isReading { try bindProtocol(&x) }
    }

    private func checkSources(_ x: XMLBinder) throws(XMLError) {
        if type == .udp {
            try x.atMost(2, "source", orElse: "only two source elements are allowed for character device")
        } else {
            try x.atMost(1, "source", orElse: "only one source element is allowed for character device")
        }
    }

    /// Names the ends of a null modem that has no names yet.
    mutating func nameModem(_ base: String) {
        guard type == .nmdm, master == nil, slave == nil else { return }
        (master, slave) = (base + "A", base + "B")
    }

    private mutating func bindFile(_ x: inout XMLBinder) throws(XMLError) {
        var path = type == .pty && x.isWriting && x.options.contains(.inactive) ? nil : path
        if x.isWriting, path == nil { return }
        try x.group("source") { (x) throws(XMLError) in
            try x.attribute("path", &path)
            if type == .file { try x.onOff("append", &append) }
            try x.seclabels(&seclabels)
        }
        guard x.isReading else { return }
        self.path = type == .pty && x.options.contains(.inactive) ? nil : path
        if self.path == nil { seclabels = [] }
    }

    private mutating func bindUnix(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting, path == nil, seclabels.isEmpty, reconnect == nil { return }
        try x.group("source") { (x) throws(XMLError) in
            try bindMode(&x)
            try x.attribute("path", &path)
            try x.seclabels(&seclabels)
            try bindReconnect(&x)
        }
        if x.isReading, path == nil, seclabels.isEmpty, reconnect == nil { listens = false }
    }

    private mutating func bindTCP(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("source") { (x) throws(XMLError) in
            try bindMode(&x)
            try x.attribute("host", &host)
            try x.attribute("service", &service)
            try x.yesNo("tls", &tls)
            try bindReconnect(&x)
        }
    }

    private mutating func bindProtocol(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("protocol") { (x) throws(XMLError) in
            try x.attribute("type", &`protocol`, default: .raw)
        }
    }

    /// One that doesn't say whether says nothing.
    private mutating func bindReconnect(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("reconnect", &reconnect)
        if x.isReading, reconnect?.enabled == nil { reconnect = nil }
    }

    private mutating func bindMode(_ x: inout XMLBinder) throws(XMLError) {
        var mode = listens ? SocketMode.bind : .connect
        try x.attribute("mode", &mode, default: .connect)
        listens = mode == .bind
    }

    private mutating func bindUDP(_ x: inout XMLBinder) throws(XMLError) {
        guard x.isWriting else { return try readUDP(&x) }
        var near = UDPEnd(mode: .bind, host: bindHost, service: bindService)
        var far = UDPEnd(mode: .connect, host: host, service: service)
        if bindHost != nil || bindService != nil { try x.write("source", &near) }
        if host != nil || service != nil { try x.write("source", &far) }
    }

    private mutating func readUDP(_ x: inout XMLBinder) throws(XMLError) {
        var ends: [UDPEnd] = []
        try x.elements("source", &ends)
        // Of two that say the same end the first counts.
        if let near = ends.first(where: { $0.mode == .bind }) {
            (bindHost, bindService) = (near.host, near.service)
        }
        if let far = ends.first(where: { $0.mode != .bind }) { (host, service) = (far.host, far.service) }
    }

    private mutating func bindNullModem(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("source") { (x) throws(XMLError) in
            try x.attribute("master", &master)
            try x.attribute("slave", &slave)
        }
    }

    private mutating func bindAgent(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("source") { (x) throws(XMLError) in
            try x.group("clipboard") { (x) throws(XMLError) in
                try x.requireAttribute("copypaste")
                try x.yesNo("copypaste", &clipboardCopyPaste)
            }
            try x.group("mouse") { (x) throws(XMLError) in
                try x.requireAttribute("mode")
                try x.attribute("mode", &mouseMode)
            }
        }
    }

    private mutating func bindChannel(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("source") { (x) throws(XMLError) in try x.attribute("channel", &channel) }
    }

    private mutating func bindLog(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("log") { (x) throws(XMLError) in
            try x.attribute("file", &logFile)
            try x.onOff("append", &logAppend)
        }
    }
}

/// One direction of a UDP line.
struct UDPEnd: XMLElement {
    var mode: CharacterSource.SocketMode = .connect
    var host: String?
    var service: String?

    init() {}

    init(mode: CharacterSource.SocketMode, host: String?, service: String?) {
        self.mode = mode
        self.host = host
        self.service = service
    }

    mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("mode", &mode, default: .connect)
        try x.attribute("host", &host)
        try x.attribute("service", &service)
    }
}

/// Whether and how soon a lost connection is made again.
public struct Reconnect: XMLElement {
    public var enabled: Bool?
    /// In seconds.
    public var timeout: UInt32?
    /// In seconds; disks only.
    public var delay: UInt32?

    public init() {}

    init(delay: UInt32?) { self.delay = delay }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.yesNo("enabled", &enabled)
        if x.isWriting || enabled == true { try x.attribute("timeout", &timeout) }
        try x.require(
            enabled != true || timeout != nil,
            "Missing required attribute 'timeout' in element 'reconnect'")
    }
}
