import XMLBinding

/// An image in a pool.
public struct StorageVolumeDefinition: XMLRoot {
    public static let elementName: StaticString = "volume"

    public var type: Kind?
    public var name = ""
    public var key: String?
    public var sourceDevices: [Device] = []
    public var capacity: ByteSize?
    public var allocation: ByteSize?
    public var physical: ByteSize?
    public var target = StorageTarget()
    @Boxed public var backingStore: StorageTarget?

    public init() {}

    public enum Kind: String, XMLWord { case file, block, dir, network, netdir, ploop }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("type", &type, .unlessEmpty.refusing("unknown volume type '%'"))
        if x.isReading { type = type ?? .file }
        try x.value("name", &name)
        try x.require(!name.isEmpty, "missing volume name element")
        try x.value("key", &key)
        if x.isWriting || !x.options.contains(.inactive) {
            try x.group("source") { (x) throws(XMLError) in try x.elements("device", &sourceDevices) }
        }
        try bindSizes(&x)
        try x.element("target", &target)
        try x.element("backingStore", &backingStore)
        if x.isReading, backingStore?.path == nil { backingStore = nil }
    }

    private mutating func bindSizes(_ x: inout XMLBinder) throws(XMLError) {
        capacity = capacity ?? .zero
        let words = "malformed capacity element"
        try x.size("capacity", &capacity, unit: .bytes, default: .bytes, orElse: words)
        if x.isWriting { allocation = allocation ?? capacity }
        try x.size("allocation", &allocation, unit: .bytes, default: .bytes, orElse: words)
        allocation = allocation ?? capacity
        if x.isWriting || !x.options.contains(.inactive) {
            try x.size("physical", &physical, unit: .bytes, default: .bytes)
        }
    }

    /// Fills in what follows from the pool that the volume is for.
    public mutating func fillDefaults(pool: StoragePoolDefinition.Kind) throws(XMLError) {
        switch pool {
        case .dir, .fs, .netfs, .gluster, .vstorage:
            target.format = target.format ?? "raw"
            if backingStore?.format == nil { backingStore?.format = "raw" }
            for case let format? in [target.format, backingStore?.format]
            where !Self.fileFormats.contains(format) {
                throw XMLError(.unsupported, "unknown volume format type \(format)", value: format)
            }
        default: break
        }
        if target.features != nil { target.compat = target.compat ?? "1.1" }
    }

    /// What a file may be, in libvirt's order.
    public static let fileFormats = [
        "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow",
        "qcow2", "qed", "vmdk",
    ]

    /// A device that parts of the volume lie on.
    public struct Device: XMLElement {
        public var path = ""
        public var extents: [StorageExtent] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("path", &path)
            try x.elements("extent", &extents)
        }
    }
}
