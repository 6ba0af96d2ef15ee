import XMLBinding

/// The host's CPU.
public struct HostCPU: XMLElement {
    public var arch: String?
    /// Ways to address memory that an i686 may have.
    public var pae = false
    public var nonpae = false
    public var model: String?
    public var vendor: String?
    public var microcode: UInt32?
    public var signature: Signature?
    public var counter: Counter?
    public var topology: Topology?
    public var maxPhysAddr: CPUPhysicalAddress?
    public var features: [String] = []
    public var pages: [PageSize] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.value("arch", &arch)
        try x.group("features") { (x) throws(XMLError) in
            try x.flag("pae", &pae)
            try x.flag("nonpae", &nonpae)
        }
        try x.value("model", &model)
        try x.value("vendor", &vendor)
        try x.group("microcode") { (x) throws(XMLError) in try x.attribute("version", &microcode) }
        try x.element("signature", &signature)
        try x.element("counter", &counter)
        try x.element("topology", &topology)
        try x.element("maxphysaddr", &maxPhysAddr)
        var names = features.map { CPUFeatureName($0) }
        try x.elements("feature", &names)
        if x.isReading { features = names.map(\.name) }
        try x.elements("pages", &pages)
    }

    /// How the CPUs are arranged.
    public struct Topology: XMLElement {
        public var sockets: UInt32 = 1
        /// nil where a document is older than dies, or than clusters.
        public var dies: UInt32? = 1
        public var clusters: UInt32? = 1
        public var cores: UInt32 = 1
        public var threads: UInt32 = 1

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { (dies, clusters) = (nil, nil) }
            try x.attribute("sockets", &sockets)
            try x.attribute("dies", &dies)
            try x.attribute("clusters", &clusters)
            try x.attribute("cores", &cores)
            try x.attribute("threads", &threads)
            try x.require(
                ![sockets, dies ?? 1, clusters ?? 1, cores, threads].contains(0), "Invalid CPU topology")
        }
    }

    /// The numbers by which the CPU names itself.
    public struct Signature: XMLElement {
        public var family: UInt32 = 0
        public var model: UInt32 = 0
        public var stepping: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("family", &family)
            try x.attribute("model", &model)
            try x.attribute("stepping", &stepping)
        }
    }

    /// The time stamp counter.
    public struct Counter: XMLElement {
        public var name = "tsc"
        /// In hertz.
        public var frequency: UInt64 = 0
        public var scaling: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("name", &name)
            try x.attribute("frequency", &frequency)
            try x.yesNo("scaling", &scaling)
        }
    }

    /// A size of memory pages, and how many there are of it where that is said.
    public struct PageSize: XMLElement {
        public var size: ByteSize?
        public var count: UInt64?

        public init() {}

        public init(size: ByteSize, count: UInt64? = nil) {
            self.size = size
            self.count = count
        }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            var unit: String? = "KiB"
            var number = size?.kibibytes
            try x.attribute("unit", &unit)
            try x.attribute("size", &number)
            if x.isReading, let number { size = try ByteSize(number, unit: unit ?? "KiB") }
            try x.content(&count)
        }
    }
}

extension HostCPU: XMLRoot {
    public static let elementName: StaticString = "cpu"
}
