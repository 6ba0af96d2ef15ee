import XMLBinding

/// How much of the host's memory the hypervisor may use for the guest.
public struct MemoryTune: XMLElement {
    public var hardLimit: ByteSize?
    public var softLimit: ByteSize?
    public var minGuarantee: ByteSize?
    public var swapHardLimit: ByteSize?

    public init() {}

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.size("hard_limit", &hardLimit, path: "./memtune/hard_limit[1]")
        try x.size("soft_limit", &softLimit, path: "./memtune/soft_limit[1]")
        try x.size("min_guarantee", &minGuarantee, path: "./memtune/min_guarantee[1]")
        try x.size("swap_hard_limit", &swapHardLimit, path: "./memtune/swap_hard_limit[1]")
    }
}

/// What the guest's memory is made of.
public struct MemoryBacking: XMLElement {
    /// The guest's memory is in huge pages; empty for the host's usual size.
    public var hugepages: [HugePage]?
    public var nosharepages = false
    public var locked = false
    public var source: Source?
    public var access: MemoryAccess?
    public var allocationMode: AllocationMode?
    public var allocationThreads: UInt32?
    public var discard = false

    public init() {}

    public enum Source: String, XMLWord { case none, file, anonymous, memfd }
    public enum AllocationMode: String, XMLWord { case immediate, ondemand }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isWriting { try bindHugepages(&x) }
        try x.flag("nosharepages", &nosharepages)
        try x.flag("locked", &locked)
        try x.group("source") { (x) throws(XMLError) in
            try x.attribute("type", &source, Self.reading("source/type"))
        }
        try x.group("access") { (x) throws(XMLError) in
            try x.attribute("mode", &access, Self.reading("access/mode"))
            try x.require(
                access != .default, "Invalid value for attribute 'mode' in element 'access': 'default'.")
        }
        try x.group("allocation") { (x) throws(XMLError) in
            try x.attribute("mode", &allocationMode, Self.reading("allocation/mode"))
            try x.attribute(
                "threads", &allocationThreads,
                .unlessEmpty.refusing("Failed to parse memory allocation threads", .xml))
            if allocationThreads == 0 { allocationThreads = nil }
        }
        try x.flag("discard", &discard)
        if x.isReading { try bindHugepages(&x) }
    }

    private static func reading(_ place: String) -> XMLReading {
        .unlessEmpty.refusing("unknown memoryBacking/\(place) '%'")
    }

    private mutating func bindHugepages(_ x: inout XMLBinder) throws(XMLError) {
        x.gather("hugepages")
        var pages = hugepages ?? []
        if x.isWriting, hugepages == nil { return }
        var present = false
        try x.always("hugepages") { (x) throws(XMLError) in
            present = true
            try x.elements("page", &pages)
        }
        if present { hugepages = pages }
    }

    public struct HugePage: XMLElement {
        public var size: ByteSize?
        /// The guest's nodes that have such pages; nil for all.
        public var nodeset: CPUSet?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.size(attribute: "size", &size)
            try x.require(size != nil, "missing element or attribute './@size'")
            if x.isReading, size?.bytes == 0 { throw x.fault("hugepage size can't be zero", .malformed) }
            try x.set("nodeset", &nodeset)
        }
    }
}

/// Which of the host's memory the guest's is taken from.
public struct NUMATune: XMLElement {
    public var memory: Memory?
    public var nodes: [Node] = []

    public init() {}

    public enum Mode: String, XMLWord { case strict, preferred, interleave, restrictive }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) { try bind(&x, hasCells: true) }

    /// - Parameter hasCells: whether the guest has cells that nodes could be chosen for.
    mutating func bind(_ x: inout XMLBinder, hasCells: Bool) throws(XMLError) {
        try x.element("memory", &memory)
        if let node = x.node?.children.first(where: { $0.name == "memory" }),
            node.attribute("mode") == nil, node.attribute("placement") == nil,
            node.attribute("nodeset") == nil
        {
            memory = nil
        }
        if !hasCells, x.hasChild("memnode"), let memory, memory.placement != .auto, memory.nodeset == nil {
            throw XMLError(
                .unsupported,
                "nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
        }
        try x.require(
            hasCells || !x.hasChild("memnode") || memory?.placement == .auto,
            "Element 'memnode' is invalid without any guest NUMA cells")
        try x.elements("memnode", &nodes)
    }

    public struct Memory: XMLElement {
        public var mode: Mode?
        public var placement: VCPUCount.Placement?
        public var nodeset: CPUSet?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            if mode == nil { mode = .strict }
            try x.attribute("mode", &mode, .refusing("Unsupported NUMA memory tuning mode '%'"))
            try x.set("nodeset", &nodeset)
            var shown = placement == .static && nodeset != nil ? nil : placement
            try x.attribute("placement", &shown, .refusing("Unsupported NUMA memory placement mode '%'"))
            placement = shown == .static && nodeset != nil ? nil : shown
        }
    }

    public struct Node: XMLElement {
        public var cellID: UInt32 = 0
        public var mode: Mode?
        public var nodeset = CPUSet()

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.attribute("cellid", &cellID)
            if mode == nil { mode = .strict }
            try x.attribute("mode", &mode)
            try x.set(
                "nodeset", &nodeset, orElse: "Missing required nodeset attribute in memnode element", .xml)
        }
    }
}
