import ByteText
import Virt
import XMLBinding

/// A place where volumes are kept.
public struct StoragePoolDefinition: XMLRoot {
    public static let elementName: StaticString = "pool"

    public var type: Kind = .dir
    public var name = ""
    public var uuid: UUID?
    public var capacity: ByteSize?
    public var allocation: ByteSize?
    public var available: ByteSize?
    /// Whether new files are copied only when written to.
    public var copyOnWrite: Bool?
    public var source = PoolSource()
    @Boxed public var target: StorageTarget?
    /// How new volumes' allocation is found out.
    public var refreshAllocation: String?
    public var mountOptions: [String] = []
    public var configOptions: [ConfigOption] = []

    public init() {}

    public enum Kind: String, XMLWord {
        case dir, fs, netfs, logical, disk, iscsi, scsi, mpath, rbd, sheepdog, gluster, zfs, vstorage
        case iscsiDirect = "iscsi-direct"
    }

    static let fsAddress: StaticString = "http://libvirt.org/schemas/storagepool/fs/1.0"
    static let rbdAddress: StaticString = "http://libvirt.org/schemas/storagepool/rbd/1.0"

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type)
        if !mountOptions.isEmpty { x.namespace("xmlns:fs", Self.fsAddress) }
        if !configOptions.isEmpty { x.namespace("xmlns:rbd", Self.rbdAddress) }
        try x.value("name", &name)
        try x.uuid(&uuid, .xml)
        try bindSizes(&x)
        try x.group("features") { (x) throws(XMLError) in
            try x.group("cow") { (x) throws(XMLError) in try x.yesNo("state", &copyOnWrite) }
        }
        try bindSource(&x)
        if x.isReading { try checkName(x) }
        if x.isWriting || type.hasTarget { try x.element("target", &target) }
        if x.isReading {
            fillTarget()
            try checkSource(x)
            source.keepOnly(type)
        }
        try x.group("refresh") { (x) throws(XMLError) in
            try x.group("volume") { (x) throws(XMLError) in
                try x.attribute("allocation", &refreshAllocation, .unlessEmpty)
                if let refreshAllocation, !["default", "capacity"].contains(refreshAllocation) {
                    throw x.fault(
                        "unknown storage pool volume refresh allocation type \(refreshAllocation)",
                        .unsupported)
                }
            }
        }
        try bindOptions(&x)
    }

    private mutating func bindSizes(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading, x.options.contains(.inactive) { return }
        capacity = capacity ?? .zero
        allocation = allocation ?? .zero
        available = available ?? .zero
        try x.size("capacity", &capacity, unit: .bytes, default: .bytes)
        try x.size("allocation", &allocation, unit: .bytes, default: .bytes)
        try x.size("available", &available, unit: .bytes, default: .bytes)
    }

    /// The element is always written, with an end tag of its own.
    private mutating func bindSource(_ x: inout XMLBinder) throws(XMLError) {
        let kind = type
        try x.group("source") { (x) throws(XMLError) in
            x.expand()
            try source.bind(&x)
        }
        guard x.isReading else { return }
        try checkFormat(x)
        source.fillFormat(for: kind)
    }

    private mutating func checkName(_ x: XMLBinder) throws(XMLError) {
        if name.isEmpty, type.parts.contains(.name) { name = source.name ?? "" }
        if name.isEmpty { throw x.fault("missing pool source name element") }
        if name.contains(byte: "/") { throw x.fault("name \(name) cannot contain '/'", value: name) }
        if type.parts.contains(.name), source.name == nil { source.name = name }
    }

    /// Some types have their volumes at a place that follows from the source.
    private mutating func fillTarget() {
        let group = source.name ?? name
        let standard: String? =
            switch type {
            case .logical: "/dev/\(group)"
            case .zfs: "/dev/zvol/\(group)"
            default: nil
            }
        if target == nil, standard != nil { target = StorageTarget() }
        if let standard { target?.path = standard }
        if let path = target?.path { target?.path = sanitized(path: path) }
    }

    private mutating func bindOptions(_ x: inout XMLBinder) throws(XMLError) {
        var options = mountOptions.map(MountOption.init)
        try x.group("fs:mount_opts", in: Self.fsAddress) { (x) throws(XMLError) in
            try x.elements("fs:option", &options, in: Self.fsAddress)
        }
        if x.isReading { mountOptions = options.map(\.name) }
        try x.group("rbd:config_opts", in: Self.rbdAddress) { (x) throws(XMLError) in
            try x.elements("rbd:option", &configOptions, in: Self.rbdAddress)
        }
    }

    private struct MountOption: XMLElement {
        var name = ""

        init() {}

        init(_ name: String) { self.name = name }

        mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name, orElse: "no fs mount option name specified")
        }
    }

    /// A setting for Ceph's library.
    public struct ConfigOption: XMLElement {
        public var name = ""
        public var value = ""

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("value", &value)
        }
    }
}
