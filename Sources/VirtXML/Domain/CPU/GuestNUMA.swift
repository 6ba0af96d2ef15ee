import XMLBinding

/// How memory and CPUs lie together in the guest.
public struct GuestNUMA: XMLElement {
    public var cells: [NUMACell] = []
    public var latencies: [Interconnect] = []
    public var bandwidths: [Interconnect] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.elements("cell", &cells)
        if x.isReading {
            numberCells()
            try check(x)
        }
        try x.group("interconnects") { (x) throws(XMLError) in
            try x.elements("latency", &latencies)
            try x.elements("bandwidth", &bandwidths)
        }
    }

    /// Cells are numbered from 0 without a gap, and no CPU is in two of them.
    private func check(_ x: XMLBinder) throws(XMLError) {
        for (index, cell) in cells.enumerated() {
            let id = cell.id ?? 0
            try x.require(
                id == UInt32(clamping: index),
                "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not "
                    + "starting from 0 are not allowed")
            for other in cells[..<index] where cell.cpus?.isDisjoint(with: other.cpus ?? CPUSet()) == false {
                throw x.fault(
                    "NUMA cells \(other.id ?? 0) and \(id) have overlapping vCPU ids", .unsupported)
            }
        }
    }

    private mutating func numberCells() {
        for index in cells.indices where cells[index].id == nil { cells[index].id = UInt32(clamping: index) }
        cells.sort { ($0.id ?? 0) < ($1.id ?? 0) }
    }

    /// How quickly one cell reaches another one's memory.
    public struct Interconnect: XMLElement {
        public var initiator: UInt32 = 0
        public var target: UInt32 = 0
        public var cache: UInt32?
        public var type = "access"
        /// In nanoseconds, or with a unit, a second.
        public var value: UInt64 = 0
        public var unit: String?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("initiator", &initiator)
            try x.attribute("target", &target)
            try x.attribute("cache", &cache)
            try x.attribute("type", &type)
            try x.attribute("value", &value)
            try x.attribute("unit", &unit)
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
        try x.attribute("cpus", &cpus)
        try x.size(attribute: "memory", &memory)
        try x.attribute("memAccess", &memoryAccess)
        try x.yesNo("discard", &discard)
        try x.group("distances") { (x) throws(XMLError) in try x.elements("sibling", &distances) }
        if x.isReading { distances.sort { $0.id < $1.id } }
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
            try x.group("size") { (x) throws(XMLError) in try x.size(attribute: "value", &size) }
            try x.group("line") { (x) throws(XMLError) in
                try x.size(attribute: "value", &line, unit: .bytes)
            }
        }
    }
}
