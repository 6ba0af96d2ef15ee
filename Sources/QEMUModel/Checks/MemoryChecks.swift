import VirtXML

extension DomainDefinition {
    /// Where memory comes from, as far as the document alone says it.
    func checkNodeTuning() throws(ConfigurationError) {
        guard let tune = numatune else { return }
        try checkNodes(of: tune, cpu?.numa?.cells.count ?? 0)
        if let memory = tune.memory, memory.placement != .auto,
            vcpu.placement != .auto || memory.placement == .static
        {
            guard memory.nodeset != nil else {
                throw .unsupported("nodeset for NUMA memory tuning must be set if 'placement' is 'static'")
            }
        }
    }

    private func checkNodes(of tune: NUMATune, _ cells: Int) throws(ConfigurationError) {
        guard !tune.nodes.isEmpty else { return }
        if tune.memory?.placement == .auto {
            throw .unsupported("Per-node binding is not compatible with automatic NUMA placement.")
        }
        var seen: Set<UInt32> = []
        for node in tune.nodes {
            if node.cellID >= cells {
                throw .xml(
                    "Argument 'cellid' in memnode element must correspond to existing guest's NUMA cell")
            }
            if !seen.insert(node.cellID).inserted {
                throw .xml("Multiple memnode elements with cellid \(node.cellID)")
            }
            if node.mode == .restrictive, tune.memory?.mode != .restrictive {
                throw .xml(
                    "'restrictive' mode is required in memory element when mode is 'restrictive' in memnode element"
                )
            }
            if node.mode != .restrictive, tune.memory?.mode == .restrictive {
                throw .xml(
                    "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element"
                )
            }
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

    /// Large pages come from files that are there before the guest is.
    func checkPages() throws(ConfigurationError) {
        guard let backing = memoryBacking, backing.hugepages != nil else { return }
        if backing.allocationMode == .ondemand {
            throw .unsupported("hugepages are not allowed with memory allocation ondemand")
        }
        if backing.source == .anonymous {
            throw .unsupported("hugepages are not allowed with anonymous memory source")
        }
    }

    /// Each cell has pages of one size.
    func checkPageNodes() throws(ConfigurationError) {
        guard let pages = memoryBacking?.hugepages else { return }
        let cells = cpu?.numa?.cells.count ?? 0
        // Without cells the only one is the guest as a whole.
        func isMaster(_ page: MemoryBacking.HugePage) -> Bool {
            page.nodeset == nil || cells == 0 && page.nodeset == CPUSet([0])
        }
        for (index, page) in pages.enumerated() where isMaster(page) {
            guard let other = pages[..<index].first(where: isMaster) else { continue }
            throw .detail(
                "two master hugepages detected: \(page.size?.kibibytes ?? 0) and \(other.size?.kibibytes ?? 0)"
            )
        }
        for page in pages {
            guard let missing = page.nodeset?.members.first(where: { $0 >= max(cells, 1) }) else { continue }
            throw .detail("hugepages: node \(missing) not found")
        }
    }
}
