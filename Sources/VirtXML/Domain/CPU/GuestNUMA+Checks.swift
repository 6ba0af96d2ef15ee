import XMLBinding

extension GuestNUMA {
    /// Gives cells without a number their place, and puts them in order.
    mutating func numberCells(_ x: XMLBinder) throws(XMLError) {
        let count = UInt32(clamping: cells.count)
        var seen: Set<UInt32> = []
        for index in cells.indices {
            let id = cells[index].id ?? UInt32(clamping: index)
            try x.require(
                id < count,
                "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not "
                    + "starting from 0 are not allowed")
            try x.require(
                seen.insert(id).inserted, "Duplicate NUMA cell info for cell id '\(id)'")
            cells[index].id = id
        }
        cells.sort { ($0.id ?? 0) < ($1.id ?? 0) }
    }

    /// No CPU is in two cells, and what a cell says is about cells that there are.
    func check(_ x: XMLBinder) throws(XMLError) {
        var cellOfCPU: [Int: Int] = [:]
        for (index, cell) in cells.enumerated() {
            for cpu in cell.cpus?.members ?? [] {
                guard let other = cellOfCPU.updateValue(index, forKey: cpu) else { continue }
                throw x.fault("NUMA cells \(index) and \(other) have overlapping vCPU ids", .unsupported)
            }
            for distance in cell.distances { try check(distance, of: index, x) }
            for cache in cell.caches {
                try x.require(
                    cache.level > 0, "Invalid 'level' attribute in cache element for NUMA node \(index)")
                try x.require(cache.level <= 3, "Ain't nobody heard of that much cache level")
            }
        }
    }

    /// What is told of memory's speed is told once, and of what there is.
    func checkAttributes() throws(XMLError) {
        for cell in cells {
            if let cache = cell.caches.firstRepeated(by: \.level) {
                throw XMLError(.xml, "Cache level '\(cache.level)' already defined")
            }
        }
        try checkInterconnects()
    }

    private func check(_ distance: NUMACell.Distance, of cell: Int, _ x: XMLBinder) throws(XMLError) {
        try x.require(
            distance.id < cells.count,
            "'sibling_id \(distance.id)' does not refer to a valid cell within NUMA 'cell id \(cell)'")
        // 10 is here, and nowhere else.
        let isHere = Int(distance.id) == cell
        try x.require(
            (10...255).contains(distance.value) && isHere == (distance.value == 10),
            "'value \(distance.value)' is invalid for 'sibling id \(distance.id)' under NUMA 'cell id \(cell)'"
        )
    }

    /// A way that is told in one direction is as long in the other, and a cell with ways is near to itself.
    mutating func fillDistances(_ x: XMLBinder) throws(XMLError) {
        for from in cells.indices {
            for distance in cells[from].distances {
                let (here, there) = (UInt32(clamping: from), Int(distance.id))
                cells[from].addDistance(to: here, 10)
                guard there != from else { continue }
                cells[there].addDistance(to: UInt32(clamping: there), 10)
                cells[there].addDistance(to: here, distance.value)
            }
        }
    }

    /// Ways between cells, and to caches of cells, that there are; each is told once.
    private func checkInterconnects() throws(XMLError) {
        var seen: Set<GuestNUMA.Interconnect.Way> = []
        for way in interconnects {
            guard way.initiator < cells.count else {
                throw XMLError(.xml, "'initiator' refers to a non-existent NUMA node")
            }
            guard way.target < cells.count else {
                throw XMLError(.xml, "'target' refers to a non-existent NUMA node")
            }
            if let level = way.cache, !cells[Int(way.target)].caches.contains(where: { $0.level == level }) {
                throw XMLError(.xml, "'cache' refers to a non-existent NUMA node cache")
            }
            guard seen.insert(way.way).inserted else {
                throw XMLError(.xml, "Duplicate info for NUMA latencies")
            }
        }
    }

    /// CPUs that are in no cell are in the first; no cell has more than there are.
    mutating func fillCPUs(count: UInt32) throws(XMLError) {
        guard !cells.isEmpty else { return }
        let named = cells.flatMap { $0.cpus?.members ?? [] }
        if named.count > count {
            throw XMLError(.internalError, "Number of CPUs in <numa> exceeds the <vcpu> count")
        }
        if count == 0 || (named.max() ?? 0) >= Int(count) {
            throw XMLError(.internalError, "CPU IDs in <numa> exceed the <vcpu> count")
        }
        let rest = Set(0..<Int(min(count, VCPUCount.limit))).subtracting(named)
        guard !rest.isEmpty else { return }
        cells[0].cpus = CPUSet((cells[0].cpus?.members ?? []) + rest)
    }
}

extension NUMACell {
    fileprivate mutating func addDistance(to id: UInt32, _ value: UInt32) {
        guard !distances.contains(where: { $0.id == id }) else { return }
        var distance = Distance()
        (distance.id, distance.value) = (id, value)
        distances.append(distance)
        distances.sort { $0.id < $1.id }
    }
}

extension GuestNUMA.Interconnect {
    /// What no two of a list have in common.
    fileprivate struct Way: Hashable {
        var initiator: UInt32
        var target: UInt32
        var cache: UInt32?
        var type: Kind?
        var isBandwidth: Bool
    }

    fileprivate var way: Way {
        Way(initiator: initiator, target: target, cache: cache, type: type, isBandwidth: isBandwidth)
    }
}
