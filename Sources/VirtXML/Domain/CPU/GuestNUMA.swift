import XMLBinding

/// How memory and CPUs lie together in the guest.
public struct GuestNUMA: XMLElement {
    public var cells: [NUMACell] = []
    /// Ways between cells, in the order in which they are told.
    public var interconnects: [Interconnect] = []

    /// The most cells that QEMU gives a guest.
    static let mostCells = 128

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("cell", &cells, atMost: Self.mostCells)
        if x.isReading {
            try numberCells(x)
            try check(x)
            try fillDistances(x)
        }
        try x.group("interconnects") { (x) throws(XMLError) in
            if x.isReading { return try readInterconnects(&x) }
            for var way in interconnects {
                try x.always(way.elementName) { (x) throws(XMLError) in try way.bind(&x) }
            }
        }
    }

    private mutating func readInterconnects(_ x: inout XMLBinder) throws(XMLError) {
        var (latencies, bandwidths) = ([Interconnect](), [Interconnect]())
        try x.elements("latency", &latencies)
        try x.elements("bandwidth", &bandwidths)
        var (soon, much) = (latencies[...], bandwidths[...])
        interconnects = (x.node?.children ?? []).compactMap { child in
            switch child.name {
            case "latency": soon.popFirst()
            case "bandwidth": much.popFirst()
            default: nil
            }
        }
    }

    /// How quickly one cell reaches another one's memory.
    public struct Interconnect: XMLElement {
        public var initiator: UInt32 = 0
        public var target: UInt32 = 0
        public var cache: UInt32?
        public var type = Kind.access
        /// In nanoseconds, or with a unit, a second.
        public var value: UInt64 = 0
        public var unit: String?
        /// Whether it tells how much, and not how soon.
        public var isBandwidth = false

        public init() {}

        var elementName: StaticString { isBandwidth ? "bandwidth" : "latency" }

        public enum Kind: String, XMLWord { case access, read, write }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if x.isReading { try bindValue(&x) }
            try x.attribute("initiator", &initiator)
            try x.attribute("target", &target)
            try x.positive("cache", &cache)
            try x.attribute("type", &type)
            if x.isWriting { try bindValue(&x) }
        }

        private mutating func bindValue(_ x: inout XMLBinder) throws(XMLError) {
            // What has a unit is read as an amount.
            if x.isReading { isBandwidth = x.node?.name == "bandwidth" }
            guard x.isReading, isBandwidth else {
                try x.attribute("value", &value)
                return try x.attribute("unit", &unit)
            }
            var size: ByteSize?
            try x.size(attribute: "value", unitAttribute: "unit", &size)
            try x.require(size != nil, "missing element or attribute './@value'")
            (value, unit) = (size?.kibibytes ?? 0, "KiB")
        }
    }
}

/// CPUs and the memory that is near to them.
public struct NUMACell: XMLElement {
    public var id: UInt32?
    public var cpus: CPUSet?
    public var memory: ByteSize?
    public var memoryAccess: MemoryAccess?
    public var discard: Bool?
    public var distances: [Distance] = []
    public var caches: [Cache] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.attribute("id", &id)
        try x.set("cpus", &cpus)
        try x.size(attribute: "memory", &memory)
        try x.require(memory != nil, "missing element or attribute './@memory'")
        try x.attribute("memAccess", &memoryAccess)
        try x.yesNo("discard", &discard)
        try x.group("distances") { (x) throws(XMLError) in
            try x.elements("sibling", &distances, atMost: GuestNUMA.mostCells)
            try x.require(!distances.isEmpty, "NUMA distances defined without siblings")
        }
        if x.isReading {
            distances = Dictionary(distances.map { ($0.id, $0) }) { $1 }.values.sorted { $0.id < $1.id }
        }
        try x.elements("cache", &caches)
    }

    /// How far another cell is; 10 is here, 255 is out of reach.
    public struct Distance: XMLElement {
        public var id: UInt32 = 0
        public var value: UInt32 = 10

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("value", &value)
        }
    }

    /// A cache between the cell and its memory.
    public struct Cache: XMLElement {
        public var level: UInt32 = 1
        public var associativity: Associativity = .none
        public var policy: Policy = .none
        public var size: ByteSize?
        public var line: ByteSize?

        public init() {}

        public enum Associativity: String, XMLWord { case none, direct, full }
        public enum Policy: String, XMLWord { case none, writeback, writethrough }

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("level", &level)
            try x.attribute("associativity", &associativity)
            try x.attribute("policy", &policy)
            try bind("size", &size, .kib, &x)
            try x.require(size != nil, "missing element or attribute './size/@value'")
            try bind("line", &line, .bytes, &x)
            try x.require(line != nil, "missing element or attribute './line/@value'")
        }

        /// Whatever unit is said, libvirt takes the number for one of its own.
        private func bind(
            _ name: StaticString, _ size: inout ByteSize?, _ unit: ByteSize.Unit, _ x: inout XMLBinder
        ) throws(XMLError) {
            try x.group(name) { (x) throws(XMLError) in
                var count = size?.count(in: unit)
                var word = size.map { _ in unit == .bytes ? "B" : unit.name }
                let words = "Invalid value '%' for element or attribute './\(name)/@value'"
                try x.attribute("value", &count, .unlessEmpty.refusing(words, .xml))
                try x.attribute("unit", &word)
                if x.isReading {
                    // A line's is kept in 32 bits.
                    size = try count.map { count throws(XMLError) in
                        let kept = unit == .bytes ? UInt64(UInt32(truncatingIfNeeded: count)) : count
                        return try ByteSize(kept, unit: unit.name)
                    }
                }
            }
        }
    }
}
