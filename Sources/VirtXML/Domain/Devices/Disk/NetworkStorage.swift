import ByteText
import XMLBinding

/// An image that a server keeps.
public struct NetworkStorage: XMLElement {
    public var `protocol`: NetworkProtocol = .nbd
    /// The image's name on the server; for some protocols with the pool or volume in front.
    public var name: String?
    public var query: String?
    public var tls: Bool?
    public var tlsHostname: String?
    public var hosts: [StorageHost] = []
    public var snapshot: String?
    public var configFile: String?
    public var sslVerify: Bool?
    public var cookies: [HTTPCookie] = []
    /// In bytes.
    public var readahead: UInt64?
    /// In seconds.
    public var timeout: UInt64?
    @Boxed public var reconnect: Reconnect?
    /// The iSCSI initiator.
    public var initiator: String?
    public var knownHosts: String?
    @Boxed public var identity: StorageIdentity?

    public init() {}

    public enum NetworkProtocol: String, XMLWord {
        case nbd, rbd, sheepdog, gluster, iscsi, http, https, ftp, ftps, tftp, ssh, vxhs, nfs
    }

    /// The attributes of the source; the children follow in `bindChildren`.
    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("protocol", &self.protocol)
        try x.attribute("name", &name)
        try x.require(`protocol` == .nbd || name != nil, "missing name for disk source")
        if isWeb { try x.attribute("query", &query) }
        try x.yesNo("tls", &tls)
        try x.attribute("tlsHostname", &tlsHostname)
        if x.isReading { try checkName(x) }
        if name == "" { name = nil }
    }

    /// Some servers keep images in pools, and the name says in which.
    private func checkName(_ x: XMLBinder) throws(XMLError) {
        guard `protocol` == .rbd || `protocol` == .gluster, let name else { return }
        if name.hasBytePrefix("/") || !name.contains(byte: "/") {
            throw x.fault("can't split path '\(name)' into pool name and image name", value: name)
        }
    }

    /// - Parameter isDisk: whether a disk's initiator stands among them; a host device's stands further down.
    mutating func bindChildren(_ x: inout XMLBinder, isDisk: Bool = true) throws(XMLError) {
        if x.isReading { try bindReconnect(&x) }
        try x.elements("host", &hosts)
        if x.isWriting { try bindReconnect(&x) }
        if `protocol` == .nfs { try bindIdentity(&x) }
        try x.group("snapshot") { (x) throws(XMLError) in try x.attribute("name", &snapshot, .unlessEmpty) }
        try x.group("config") { (x) throws(XMLError) in try x.attribute("file", &configFile, .unlessEmpty) }
        if isDisk { try bindInitiator(&x) }
        try bindTransfer(&x)
        if `protocol` == .ssh { try bindSSH(&x) }
    }

    private mutating func bindIdentity(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("identity", &identity)
        guard x.isReading, var known = identity else { return }
        // Servers of files know users by number or name, others whoever logs in.
        if `protocol` == .nfs { (known.username, known.keyfile, known.agentSocket) = (nil, nil, nil) }
        if `protocol` == .ssh { (known.user, known.group) = (nil, nil) }
        identity = known
    }

    private mutating func bindReconnect(_ x: inout XMLBinder) throws(XMLError) {
        guard `protocol` == .nbd else { return }
        var delay = reconnect?.delay
        try x.group("reconnect") { (x) throws(XMLError) in try x.attribute("delay", &delay) }
        guard x.isReading else { return }
        reconnect = delay ?? 0 == 0 ? nil : Reconnect(delay: delay)
    }

    /// Whether pages are asked for, which may have questions and cookies.
    private var isWeb: Bool { `protocol` == .http || `protocol` == .https }

    private mutating func bindSSH(_ x: inout XMLBinder) throws(XMLError) {
        try x.group("knownHosts") { (x) throws(XMLError) in try x.required("path", &knownHosts) }
        try bindIdentity(&x)
        guard x.isReading, x.hasChild("identity") else { return }
        if identity?.username == nil {
            throw x.fault("Missing required attribute 'username' in element 'identity'")
        }
        if identity?.keyfile == nil, identity?.agentSocket == nil {
            throw x.fault("element 'identity' requires either 'keyfile' or 'agentsock' attribute")
        }
    }

    /// What servers of files are told.
    private mutating func bindTransfer(_ x: inout XMLBinder) throws(XMLError) {
        guard isWeb || [.ftp, .ftps, .tftp].contains(`protocol`) else { return }
        if `protocol` == .https || `protocol` == .ftps {
            try x.group("ssl") { (x) throws(XMLError) in try x.yesNo("verify", &sslVerify) }
        }
        if isWeb { try x.group("cookies") { (x) throws(XMLError) in try x.elements("cookie", &cookies) } }
        if x.isReading, let second = cookies.firstRepeated(by: \.name) {
            throw x.fault("duplicate cookie '\(second.name)'", value: second.name)
        }
        let number = XMLReading.unlessEmpty.refusing("invalid readahead size or timeout", .xml)
        try x.group("readahead") { (x) throws(XMLError) in try x.attribute("size", &readahead, number) }
        try x.group("timeout") { (x) throws(XMLError) in try x.attribute("seconds", &timeout, number) }
        if readahead == 0 { readahead = nil }
        if timeout == 0 { timeout = nil }
    }

    mutating func bindInitiator(_ x: inout XMLBinder) throws(XMLError) {
        try x.initiator(&initiator)
    }
}

extension XMLBinder {
    mutating func initiator(_ name: inout String?) throws(XMLError) {
        try group("initiator") { (x) throws(XMLError) in
            try x.group("iqn") { (x) throws(XMLError) in try x.attribute("name", &name, .unlessEmpty) }
        }
    }
}

/// A server.
public struct StorageHost: XMLElement {
    public var name: String?
    public var port: UInt32?
    public var transport: Transport?
    public var socket: String?

    public init() {}

    public enum Transport: String, XMLWord { case tcp, unix, rdma }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if transport == .tcp, x.isWriting { transport = nil }
        if x.isWriting { try x.attribute("name", &name) }
        if x.isWriting { try x.attribute("port", &port) }
        try x.attribute("transport", &transport)
        try x.attribute("socket", &socket)
        guard x.isReading else { return }
        try x.require(
            transport == .unix || socket == nil,
            "transport '\((transport ?? .tcp).rawValue)' does not support socket attribute")
        if transport == .tcp { transport = nil }
        if transport == .unix {
            return try x.require(socket != nil, "missing socket for unix transport")
        }
        try x.attribute("name", &name, orElse: "missing name for host")
        try x.attribute("port", &port, .refusing("failed to parse port number '%'", .invalidArgument))
        try x.require(port ?? 0 <= 65535, "port '\(port ?? 0)' out of range", .invalidArgument)
        // So oVirt says that it knows none.
        if port == 0 { port = nil }
    }
}

/// Whether a text is visible characters of ASCII, without some of them.
private func isPlain(_ text: String, but others: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !others.utf8.contains($0) }
}

/// A cookie that is sent to a web server.
public struct HTTPCookie: XMLElement {
    public var name = ""
    public var value = ""

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, .unlessEmpty, orElse: "missing cookie name")
        try x.content(&value)
        try x.require(!value.isEmpty, "missing value for cookie '\(name)'")
        try x.require(
            isPlain(name, but: "()<>@,;:\\\"/[]?={}"), "cookie name '\(name)' contains invalid characters")
        var text = value[...]
        if text.utf8.count > 1, text.hasBytePrefix("\""), text.hasByteSuffix("\"") {
            text = text.dropFirst().dropLast()
        }
        try x.require(
            isPlain(String(text), but: "\",;\\"), "value of cookie '\(name)' contains invalid characters")
    }
}

/// As whom the server is asked.
public struct StorageIdentity: XMLElement {
    public var user: String?
    public var group: String?
    public var username: String?
    public var keyfile: String?
    public var agentSocket: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("user", &user)
        try x.attribute("group", &group)
        try x.attribute("username", &username)
        try x.attribute("keyfile", &keyfile)
        try x.attribute("agentsock", &agentSocket)
    }
}
