import XMLBinding

/// How the host's memory and CPUs lie together.
public struct HostTopology: XMLElement {
    public var cells: [Cell] = []
    public var latencies: [GuestNUMA.Interconnect] = []
    public var bandwidths: [GuestNUMA.Interconnect] = []

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.always("cells") { (x) throws(XMLError) in
            var count = cells.count
            try x.attribute("num", &count)
            try x.elements("cell", &cells)
        }
        try x.group("interconnects") { (x) throws(XMLError) in
            try x.elements("latency", &latencies)
            try x.elements("bandwidth", &bandwidths)
        }
    }

    public struct Cell: XMLElement {
        public var id: UInt32 = 0
        public var memory: ByteSize?
        public var pages: [HostCPU.PageSize] = []
        public var distances: [NUMACell.Distance] = []
        public var caches: [NUMACell.Cache] = []
        public var cpus: [CPU] = []

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.size("memory", &memory)
            try x.elements("pages", &pages)
            try x.group("distances") { (x) throws(XMLError) in try x.elements("sibling", &distances) }
            try x.elements("cache", &caches)
            try x.group("cpus") { (x) throws(XMLError) in
                var count = cpus.count
                try x.attribute("num", &count)
                try x.elements("cpu", &cpus)
            }
        }
    }

    public struct CPU: XMLElement {
        public var id: UInt32 = 0
        public var socket: UInt32?
        public var die: UInt32?
        public var cluster: UInt32?
        public var core: UInt32?
        public var siblings: CPUSet?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("id", &id)
            try x.attribute("socket_id", &socket)
            try x.attribute("die_id", &die)
            try x.attribute("cluster_id", &cluster)
            try x.attribute("core_id", &core)
            try x.attribute("siblings", &siblings)
        }
    }
}
