import VirtXML

extension QEMUCommandLine {
    /// How quickly cells reach each other's memory, and the caches between.
    mutating func addInterconnects() throws(ConfigurationError) {
        guard let numa = domain.cpu?.numa else { return }
        for way in numa.interconnects {
            var text = Self.text(of: way, way.isBandwidth ? "bandwidth" : "latency")
            if way.isBandwidth {
                text.add("bandwidth", "\(way.value)K")
            } else {
                text.add("latency", way.value)
            }
            try arguments.add("-numa", text, from: .element("cpu/numa/interconnects"))
        }
        for (index, cell) in numa.cells.enumerated() {
            for cache in cell.caches {
                try arguments.add("-numa", Self.text(of: cache, index), from: origin(ofCell: index))
            }
        }
    }

    private static func text(of way: GuestNUMA.Interconnect, _ kind: String) -> OptionText {
        let levels: [UInt32: String] = [1: "first-level", 2: "second-level", 3: "third-level"]
        var text = OptionText("hmat-lb")
        text.add("initiator", way.initiator)
        text.add("target", way.target)
        text.add("hierarchy", way.cache.flatMap { levels[$0] } ?? "memory")
        text.add("data-type", "\(way.type.rawValue)-\(kind)")
        return text
    }

    private static func text(of cache: NUMACell.Cache, _ cell: Int) -> OptionText {
        let associativities: [NUMACell.Cache.Associativity: String] = [
            .none: "none", .direct: "direct", .full: "complex",
        ]
        let policies: [NUMACell.Cache.Policy: String] = [
            .none: "none", .writeback: "write-back", .writethrough: "write-through",
        ]
        var text = OptionText("hmat-cache")
        text.add("node-id", cell)
        text.add("size", "\(UInt32(truncatingIfNeeded: cache.size?.kibibytes ?? 0))K")
        text.add("level", cache.level)
        text.add("associativity", associativities[cache.associativity])
        text.add("policy", policies[cache.policy])
        text.add("line", cache.line?.bytes ?? 0)
        return text
    }
}

extension QEMUGuest {
    /// Whether the guest is told how quickly memory is reached.
    var hasMemoryAttributes: Bool {
        guard let numa = domain.cpu?.numa else { return false }
        return !numa.interconnects.isEmpty || numa.cells.contains { !$0.caches.isEmpty }
    }

    /// The cell whose CPUs reach the memory of a cell best: itself, or of those that are told the quickest, or
    /// else the broadest; or the first.
    func initiator(of cell: Int) -> UInt32 {
        guard let numa = domain.cpu?.numa else { return 0 }
        func hasCPUs(_ cell: NUMACell) -> Bool { cell.cpus?.isEmpty == false }
        if hasCPUs(numa.cells[cell]) { return UInt32(clamping: cell) }
        let quickest = numa.interconnects.filter { !$0.isBandwidth && Int($0.target) == cell }.min {
            $0.value < $1.value
        }
        if let quickest { return quickest.initiator }
        let broadest = numa.interconnects.filter { $0.isBandwidth && Int($0.target) == cell }
        // The first of those that are as broad.
        if let most = broadest.map(\.value).max(), let found = broadest.first(where: { $0.value == most }) {
            return found.initiator
        }
        return UInt32(clamping: numa.cells.firstIndex(where: hasCPUs) ?? 0)
    }
}
