import Virt
import XMLBinding

/// A domain's state at a moment, to which it can return.
public struct SnapshotDefinition: XMLRoot {
    public static let elementName: StaticString = "domainsnapshot"

    public var name: String?
    public var description: String?
    /// What the domain did then, such as `running` or `disk-snapshot`.
    public var state: String?
    public var parent: String?
    /// Seconds since 1970.
    public var creationTime: Int64?
    @Boxed public var memory: Memory?
    public var disks: [Disk] = []
    /// The domain as it ran.
    @Boxed public var domain: DomainDefinition?
    /// The domain's identity, where a document of long ago tells no more.
    public var domainUUID: UUID?
    /// The definition that was to come into force at its next start.
    @Boxed public var inactiveDomain: DomainDefinition?
    /// The disks as they were before a return to this snapshot was begun; in the daemon's own records.
    public var revertDisks: [Disk] = []
    /// What the driver needs to start the domain as it ran.
    public var cookie: SaveCookie?
    /// Whether it's the snapshot that the domain's present state stands on; in the daemon's own records.
    public var active: Bool?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("name", &name)
        try x.value("description", &description)
        try x.value("state", &state)
        try x.group("parent") { (x) throws(XMLError) in try x.value("name", &parent) }
        try x.value("creationTime", &creationTime)
        try x.element("memory", &memory)
        try x.group("disks") { (x) throws(XMLError) in try x.elements("disk", &disks) }
        try x.group("revertDisks") { (x) throws(XMLError) in try x.elements("disk", &revertDisks) }
        try bindDomain(&x)
        try x.element("inactiveDomain", &inactiveDomain)
        try x.element("cookie", &cookie)
        try x.activity(&active)
    }

    private mutating func bindDomain(_ x: inout XMLBinder) throws(XMLError) {
        var isWhole = domain != nil
        try x.onlyReading("domain") { (x) throws(XMLError) in isWhole = x.node?.attribute("type") != nil }
        if isWhole { return try x.element("domain", &domain) }
        try x.group("domain") { (x) throws(XMLError) in try x.uuid(&domainUUID) }
    }

    /// Where the memory is kept.
    public struct Memory: XMLElement {
        public var snapshot: DiskDevice.SnapshotLocation = .no
        public var file: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { snapshot = x.node?.attribute("file") == nil ? .no : .external }
            try x.attribute("snapshot", &snapshot, default: snapshot)
            try x.attribute("file", &file)
        }
    }

    /// Where a disk's state is kept.
    public struct Disk: XMLElement {
        public var name = ""
        public var snapshot: DiskDevice.SnapshotLocation?
        public var snapshotDelete: Bool?
        public var format: StorageFormat?
        public var metadataCacheSize: ByteSize?
        @Boxed public var source: StorageSource?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("snapshot", &snapshot)
            try x.yesNo("snapshotDeleteInProgress", &snapshotDelete)
            var image = source ?? StorageSource()
            var type = source?.type
            try x.attribute("type", &type)
            image.type = type ?? .file
            try x.group("driver") { (x) throws(XMLError) in
                try x.attribute("type", &format)
                try x.metadataCache(&metadataCacheSize)
            }
            if x.isReading || source != nil { try image.bindElement(&x) }
            if x.isReading, !image.isEmpty { source = image }
        }
    }
}

extension XMLBinder {
    /// The last element of the daemon's own records.
    mutating func activity(_ active: inout Bool?) throws(XMLError) {
        var digit: Int? = active.map { $0 ? 1 : 0 }
        try value("active", &digit)
        if isReading { active = digit.map { $0 != 0 } }
    }
}
