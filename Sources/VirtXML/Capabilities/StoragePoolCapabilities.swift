import XMLBinding

/// Which types of storage pool a daemon has, and which formats they may be in.
public struct StoragePoolCapabilities: XMLRoot {
    public static let elementName: StaticString = "storagepoolCapabilities"

    public var pools: [Pool] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.elements("pool", &pools) }

    /// One type of pool.
    public struct Pool: XMLElement {
        public var type: StoragePoolDefinition.Kind = .dir
        public var supported: Bool?
        /// The formats of what a pool is made from.
        public var pool: Formats?
        /// The formats of its volumes.
        public var volumes: Formats?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("type", &type)
            try x.yesNo("supported", &supported)
            // A type of which nothing more is said has an end tag of its own, too.
            x.expand()
            try x.element("poolOptions", &pool)
            try x.element("volOptions", &volumes)
        }
    }

    /// The formats that there are, and the one that is meant where none is given.
    public struct Formats: XMLElement {
        public var standard: String?
        public var choices: [DomainCapabilities.Choice] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.group("defaultFormat") { (x) throws(XMLError) in try x.attribute("type", &standard) }
            try x.elements("enum", &choices)
        }
    }
}
