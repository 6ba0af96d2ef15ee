import XMLBinding

/// The caches that the host's CPUs share.
public struct HostCache: XMLElement {
    public var banks: [Bank] = []
    public var monitor: ResourceMonitor?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("bank", &banks)
        try x.element("monitor", &monitor)
    }

    public struct Bank: XMLElement {
        public var id: UInt32 = 0
        public var level: UInt32 = 0
        public var type: CacheTune.Cache.Kind = .both
        public var size: ByteSize?
        public var cpus = CPUSet()
        public var controls: [Control] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("level", &level)
            try x.attribute("type", &type)
            try x.size(
                attribute: "size", &size, unit: x.isReading ? .bytes : size?.roundestUnit ?? .bytes)
            try x.attribute("cpus", &cpus)
            try x.elements("control", &controls)
        }
    }

    /// How finely the cache can be divided.
    public struct Control: XMLElement {
        public var granularity: UInt64 = 0
        public var min: UInt64?
        public var unit = "KiB"
        public var type: CacheTune.Cache.Kind = .both
        public var maxAllocs: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("granularity", &granularity)
            try x.attribute("min", &min)
            try x.attribute("unit", &unit)
            try x.attribute("type", &type)
            try x.attribute("maxAllocs", &maxAllocs)
        }
    }
}

/// How fast the host's CPUs may reach memory.
public struct HostMemoryBandwidth: XMLElement {
    public var nodes: [Node] = []
    public var monitor: ResourceMonitor?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("node", &nodes)
        try x.element("monitor", &monitor)
    }

    public struct Node: XMLElement {
        public var id: UInt32 = 0
        public var cpus = CPUSet()
        public var controls: [Control] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("cpus", &cpus)
            try x.elements("control", &controls)
        }
    }

    public struct Control: XMLElement {
        public var granularity: UInt32 = 0
        public var min: UInt32?
        public var maxAllocs: UInt32 = 0

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("granularity", &granularity)
            try x.attribute("min", &min)
            try x.attribute("maxAllocs", &maxAllocs)
        }
    }
}

/// What the host can count.
public struct ResourceMonitor: XMLElement {
    public var level: UInt32?
    public var reuseThreshold: UInt32?
    public var maxMonitors: UInt32 = 0
    public var features: [String] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("level", &level)
        try x.attribute("reuseThreshold", &reuseThreshold)
        try x.attribute("maxMonitors", &maxMonitors)
        var names = features.map { CPUFeatureName($0) }
        try x.elements("feature", &names)
        if x.isReading { features = names.map(\.name) }
    }
}
