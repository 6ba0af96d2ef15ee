import VirtXML

extension DomainDefinition {
    func checkNUMA(_ host: QEMUHost) throws(ConfigurationError) {
        let cells = cpu?.numa?.cells ?? []
        for (index, cell) in cells.enumerated() {
            guard Int(cell.id ?? 0) == index else {
                throw .xml(
                    "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges not starting from 0 are not allowed"
                )
            }
            for distance in cell.distances where distance.id >= cells.count {
                throw .xml(
                    "'sibling_id \(distance.id)' does not refer to a valid cell within NUMA 'cell id \(index)'"
                )
            }
        }
        try checkTune(cells.count, host)
        try checkPages(cells.count)
    }

    private func checkTune(_ cells: Int, _ host: QEMUHost) throws(ConfigurationError) {
        guard let tune = numatune else { return }
        if !tune.nodes.isEmpty, cells == 0 {
            throw .xml("Element 'memnode' is invalid without any guest NUMA cells")
        }
        if tune.nodes.contains(where: { $0.mode == .restrictive }), tune.memory?.mode != .restrictive {
            throw .xml(
                "'restrictive' mode is required in memory element when mode is 'restrictive' in memnode element"
            )
        }
        if let memory = tune.memory, memory.placement != .auto,
            vcpu.placement != .auto || memory.placement == .static
        {
            guard let nodes = memory.nodeset else {
                throw .unsupported("nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
            }
            if nodes.isEmpty { throw .unsupported("Invalid value of 'nodeset': \(nodes.xml)") }
        }
    }

    private func checkNodes(_ nodes: CPUSet, _ host: QEMUHost) throws(ConfigurationError) {
        guard let known = host.memoryNodes, let missing = nodes.members.first(where: { !known.contains($0) })
        else { return }
        throw .unsupported("NUMA node \(missing) is unavailable")
    }

    /// Whether cells can be rounded up to what QEMU gives out; it counts memory in signed bytes.
    func checkAlignment() throws(ConfigurationError) {
        for (index, cell) in (cpu?.numa?.cells ?? []).enumerated() {
            guard let size = cell.memory, size.bytes > (1 << 63) - (1 << 20) else { continue }
            throw .unsupported("memory size of NUMA node '\(index)' overflowed after alignment")
        }
    }

    /// Whether the host has the nodes that memory is to be taken from.
    func checkHostNodes(_ host: QEMUHost) throws(ConfigurationError) {
        guard let tune = numatune else { return }
        if let nodes = tune.memory?.nodeset, tune.memory?.placement != .auto { try checkNodes(nodes, host) }
        for node in tune.nodes { try checkNodes(node.nodeset, host) }
    }

    private func checkPages(_ cells: Int) throws(ConfigurationError) {
        for page in memoryBacking?.hugepages ?? [] {
            guard let missing = page.nodeset?.members.first(where: { $0 >= max(cells, 1) }) else { continue }
            throw .detail("hugepages: node \(missing) not found")
        }
    }
}
