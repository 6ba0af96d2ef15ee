import XMLBinding

/// A moment since which changed blocks are remembered.
public struct CheckpointDefinition: XMLRoot {
    public static let elementName: StaticString = "domaincheckpoint"

    public var name: String?
    public var description: String?
    public var parent: String?
    /// Seconds since 1970.
    public var creationTime: Int64?
    public var disks: [Disk] = []
    @Boxed public var domain: DomainDefinition?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("name", &name)
        try x.value("description", &description)
        try x.group("parent") { (x) throws(XMLError) in try x.value("name", &parent) }
        try x.value("creationTime", &creationTime)
        try x.group("disks") { (x) throws(XMLError) in try x.elements("disk", &disks) }
        try x.element("domain", &domain)
    }

    public struct Disk: XMLElement {
        public var name = ""
        public var checkpoint: Kind?
        public var bitmap: String?
        /// In bytes.
        public var size: UInt64?

        public init() {}

        public enum Kind: String, XMLWord { case no, bitmap }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("checkpoint", &checkpoint)
            try x.attribute("bitmap", &bitmap)
            if x.isReading, checkpoint == nil { checkpoint = bitmap == nil ? nil : .bitmap }
            if x.isWriting || !x.options.contains(.inactive) { try x.attribute("size", &size) }
        }
    }
}
