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
        try x.group("dir") { (x) throws(XMLError) in try x.attribute("path", &dir) }
        try x.element("adapter", &adapter)
        try x.value("name", &name)
        try x.initiator(&initiator)
        try x.element("auth", &auth)
        try x.group("format") { (x) throws(XMLError) in try x.attribute("type", &format) }
        try x.group("protocol") { (x) throws(XMLError) in try x.attribute("ver", &protocolVersion) }
        try x.group("vendor") { (x) throws(XMLError) in try x.attribute("name", &vendor) }
        try x.group("product") { (x) throws(XMLError) in try x.attribute("name", &product) }
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
        try x.attribute("name", &name)
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
        try x.attribute("path", &path)
        try x.yesNo("part_separator", &partSeparator)
        try x.elements("freeExtent", &freeExtents)
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
        try x.attribute("type", &type)
        try x.attribute("username", &username)
        try x.element("secret", &secret)
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

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading, x.node?.attribute("type") == nil, x.node?.attribute("wwnn") != nil { type = .fcHost }
        try x.attribute("type", &type, default: type)
        try x.attribute("parent", &parent)
        try x.attribute("parent_wwnn", &parentWWNN)
        try x.attribute("parent_wwpn", &parentWWPN)
        try x.attribute("parent_fabric_wwn", &parentFabricWWN)
        try x.yesNo("managed", &managed)
        try x.attribute("wwnn", &wwnn)
        try x.attribute("wwpn", &wwpn)
        try x.attribute("name", &name)
        try x.group("parentaddr") { (x) throws(XMLError) in
            try x.attribute("unique_id", &uniqueID)
            try x.element("address", &parentAddress)
        }
    }
}
