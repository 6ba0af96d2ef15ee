import XMLBinding

/// How much of the host's cache some CPUs of the guest get, and whose use is watched.
public struct CacheTune: XMLElement {
    public var vcpus = CPUSet()
    /// The name of the group in the kernel, while the domain runs.
    public var id: String?
    public var caches: [Cache] = []
    public var monitors: [Monitor] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.set("vcpus", &vcpus, orElse: "Missing cachetune attribute 'vcpus'", .xml)
        var shown = x.options.contains(.inactive) ? nil : id
        try x.attribute("id", &shown)
        if x.isReading, !x.options.contains(.inactive) { id = shown }
        try x.elements("cache", &caches, atMost: CPUTune.mostGroups)
        try x.elements("monitor", &monitors, atMost: CPUTune.mostGroups)
    }

    public struct Cache: XMLElement {
        public var id: UInt32 = 0
        public var level: UInt32 = 0
        public var type: Kind = .both
        public var size: ByteSize?

        public init() {}

        public enum Kind: String, XMLWord { case both, code, data }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("level", &level)
            try x.attribute("type", &type)
            try x.size(attribute: "size", &size, unit: shownUnit(x))
            try x.require(size != nil, "missing element or attribute './@size'")
        }

        private func shownUnit(_ x: XMLBinder) -> ByteSize.Unit {
            x.isReading ? .kib : (size?.roundestUnit ?? .bytes)
        }
    }

    public struct Monitor: XMLElement, Hashable {
        public var level: UInt32 = 0
        public var vcpus = CPUSet()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("level", &level)
            try x.require(level == 3, "Invalid monitor cache level '\(level)'")
            try x.attribute("vcpus", &vcpus)
        }
    }
}

/// How fast some CPUs of the guest may reach the host's memory.
public struct MemoryBandwidthTune: XMLElement {
    public var vcpus = CPUSet()
    public var nodes: [Node] = []
    public var monitors: [Monitor] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("vcpus", &vcpus)
        try x.elements("node", &nodes)
        try x.elements("monitor", &monitors, atMost: CPUTune.mostGroups)
    }

    public struct Node: XMLElement {
        public var id: UInt32 = 0
        /// In percent, or in MB a second where the host counts so.
        public var bandwidth: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("bandwidth", &bandwidth)
        }
    }

    public struct Monitor: XMLElement, Hashable {
        public var vcpus = CPUSet()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try x.attribute("vcpus", &vcpus) }
    }
}
