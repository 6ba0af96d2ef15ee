import XMLBinding

/// What a pool is made from.
public struct PoolSource: XMLElement {
    public var hosts: [PoolHost] = []
    public var devices: [PoolDevice] = []
    public var dir: String?
    @Boxed public var adapter: PoolAdapter?
    public var name: String?
    public var initiator: String?
    @Boxed public var auth: PoolAuth?
    public var format: String?
    public var protocolVersion: String?
    public var vendor: String?
    public var product: String?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("host", &hosts)
        try x.elements("device", &devices)
        try x.group("dir") { (x) throws(XMLError) in try x.attribute("path", &dir, .unlessEmpty) }
        if x.isWriting || x.node?.parent?.attribute("type") == "scsi" { try x.element("adapter", &adapter) }
        if x.isReading, adapter?.isSaid == false { adapter = nil }
        try x.value("name", &name)
        try x.initiator(&initiator)
        try x.group("format") { (x) throws(XMLError) in try x.attribute("type", &format, .unlessEmpty) }
        try x.element("auth", &auth)
        try x.group("protocol") { (x) throws(XMLError) in
            try x.attribute("ver", &protocolVersion, .unlessEmpty)
        }
        try x.group("vendor") { (x) throws(XMLError) in try x.attribute("name", &vendor, .unlessEmpty) }
        try x.group("product") { (x) throws(XMLError) in try x.attribute("name", &product, .unlessEmpty) }
    }

    /// Forgets what a pool of a type has nothing to do with.
    mutating func keepOnly(_ type: StoragePoolDefinition.Kind) {
        let parts = type.parts
        if !parts.contains(.host) { hosts = [] }
        if !parts.contains(.device) { devices = [] }
        if !parts.contains(.dir) { dir = nil }
        if !parts.contains(.adapter) { adapter = nil }
        if !parts.contains(.name) { name = nil }
        if !parts.contains(.initiator) { initiator = nil }
        if type.sourceFormats == nil { format = nil }
        if type == .gluster { dir = dir ?? "/" }
    }

    /// Takes the format that a type of pool has if none is given.
    mutating func fillFormat(for type: StoragePoolDefinition.Kind) {
        guard format == nil else { return }
        switch type {
        case .fs, .netfs: format = "auto"
        case .logical: format = "lvm2"
        case .disk: format = "unknown"
        default: break
        }
    }
}

public struct PoolHost: XMLElement {
    public var name = ""
    public var port: Int32?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name, orElse: "missing storage pool host name")
        try x.attribute("port", &port)
    }
}

/// A device that a pool lies on.
public struct PoolDevice: XMLElement {
    public var path = ""
    /// Whether a letter stands between the device's name and a partition's number.
    public var partSeparator: Bool?
    public var freeExtents: [StorageExtent] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("path", &path, orElse: "missing storage pool source device path")
        try x.yesNo("part_separator", &partSeparator)
        if x.isWriting || !x.options.contains(.inactive) { try x.elements("freeExtent", &freeExtents) }
    }
}

/// A stretch of a device, in bytes.
public struct StorageExtent: XMLElement {
    public var start: UInt64 = 0
    public var end: UInt64 = 0

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("start", &start)
        try x.attribute("end", &end)
    }
}

/// How a pool logs in to its server.
public struct PoolAuth: XMLElement {
    public var type: String?
    public var username = ""
    public var secret = SecretReference()

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, .unlessEmpty, orElse: "storage pool missing auth type", .unsupported)
        try x.require(
            ["chap", "ceph"].contains(type), "unknown auth type '\(type ?? "")'", .unsupported)
        try x.attribute("username", &username, .unlessEmpty, orElse: "missing username for auth")
        try x.require(x.hasChild("secret"), "Missing <secret> element in auth")
        try x.element("secret", &secret)
        if x.isReading { try secret.require(x) }
    }
}

/// The SCSI controller whose disks a pool is.
public struct PoolAdapter: XMLElement {
    public var type: Kind = .scsiHost
    public var name: String?
    public var parent: String?
    public var managed: Bool?
    public var parentWWNN: String?
    public var parentWWPN: String?
    public var parentFabricWWN: String?
    public var wwnn: String?
    public var wwpn: String?
    public var uniqueID: UInt32?
    public var parentAddress: PCIAddress?

    public init() {}

    public enum Kind: String, XMLWord {
        case scsiHost = "scsi_host"
        case fcHost = "fc_host"
    }

    /// An element that says nothing is none.
    fileprivate var isSaid: Bool { self != PoolAdapter() }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if let node = x.node, node.attribute("type") == nil {
            try checkUntyped(node, x)
            return try x.attribute("name", &name)
        }
        try x.attribute("type", &type, default: type)
        if type == .scsiHost { return try bindHost(&x) }
        try x.attribute("parent", &parent)
        try x.attribute("parent_wwnn", &parentWWNN)
        try x.attribute("parent_wwpn", &parentWWPN)
        try x.attribute("parent_fabric_wwn", &parentFabricWWN)
        try x.yesNo("managed", &managed)
        try x.attribute("wwnn", &wwnn)
        try x.attribute("wwpn", &wwpn)
        if x.isReading { try checkWorldWideNames(x) }
    }

    private func checkUntyped(_ node: XMLNode, _ x: XMLBinder) throws(XMLError) {
        try x.require(
            node.attribute("wwnn") == nil && node.attribute("wwpn") == nil && node.attribute("parent") == nil,
            "Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'")
        try x.require(
            !x.hasChild("parentaddr"), "Use of 'parentaddr' element requires use of the adapter 'type'")
    }

    /// A controller by its name, or by its place.
    private mutating func bindHost(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("name", &name)
        try x.group("parentaddr") { (x) throws(XMLError) in
            try x.require(x.hasChild("address"), "Missing scsi_host PCI address element")
            let words = "Missing or invalid scsi adapter 'unique_id' value"
            try x.attribute("unique_id", &uniqueID, .refusing(words, .xml), orElse: words)
            try x.element("address", &parentAddress)
            if x.isReading { parentAddress?.multifunction = nil }
        }
        try x.require(
            name != nil || parentAddress != nil,
            "Either 'name' or 'parent' must be specified for the 'scsi_host' adapter")
        try x.require(
            name == nil || parentAddress == nil,
            "Both 'name' and 'parent' cannot be specified for the 'scsi_host' adapter")
    }

    private func checkWorldWideNames(_ x: XMLBinder) throws(XMLError) {
        try x.require(
            wwnn != nil && wwpn != nil, "'wwnn' and 'wwpn' must be specified for adapter type 'fchost'")
        for (name, value, other, isThere) in [
            ("parent_wwnn", parentWWNN, "parent_wwpn", parentWWPN != nil),
            ("parent_wwpn", parentWWPN, "parent_wwnn", parentWWNN != nil),
        ] {
            guard let value, !isThere else { continue }
            throw x.fault("when providing \(name)='\(value)', the \(other) must also be provided")
        }
        for case let name? in [wwnn, wwpn, parentWWNN, parentWWPN, parentFabricWWN]
        where name.utf8.count != 16 || UInt64(name, radix: 16) == nil {
            throw x.fault("Malformed wwn: \(name)", .internalError)
        }
    }
}
