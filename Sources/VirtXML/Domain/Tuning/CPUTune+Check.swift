import XMLBinding

extension CPUTune {
    /// Refuses groups for cache and memory bandwidth that the kernel couldn't keep apart.
    func check() throws(XMLError) {
        for (index, tune) in cacheTunes.enumerated() {
            try tune.check()
            try checkOverlap(tune.vcpus, cacheTunes[..<index].map(\.vcpus), same: "cachetunes")
        }
        for (index, tune) in memoryTunes.enumerated() {
            try checkOverlap(tune.vcpus, memoryTunes[..<index].map(\.vcpus), same: "memorytunes")
            try tune.check()
            for other in cacheTunes
            where other.vcpus != tune.vcpus && !other.vcpus.isDisjoint(with: tune.vcpus) {
                throw XMLError(.xml, "Overlapping vcpus in resctrls", element: "memorytune")
            }
        }
    }

    private func checkOverlap(_ set: CPUSet, _ others: [CPUSet], same: String) throws(XMLError) {
        for other in others {
            if other == set { throw XMLError(.xml, "Identical vcpus in \(same) found") }
            if !other.isDisjoint(with: set) { throw XMLError(.xml, "Overlapping vcpus in resctrls") }
        }
    }
}

extension MemoryBandwidthTune {
    fileprivate func check() throws(XMLError) {
        for (index, node) in nodes.enumerated() where nodes[..<index].contains(where: { $0.id == node.id }) {
            throw XMLError(
                .xml, "Memory Bandwidth allocation for node '\(node.id)' is given twice", element: "node")
        }
    }
}

extension CacheTune {
    fileprivate func check() throws(XMLError) {
        for (index, cache) in caches.enumerated() {
            for other in caches[..<index] where other.collides(with: cache) {
                throw XMLError(
                    .xml,
                    "Colliding cache allocations for cache level '\(cache.level)' id '\(cache.id)', "
                        + "type '\(cache.type.rawValue)'")
            }
        }
        for monitor in monitors where !vcpus.isSuperset(of: monitor.vcpus) {
            throw XMLError(.invalidArgument, "Monitor vcpus conflicts with allocation")
        }
    }
}

extension CacheTune.Cache {
    fileprivate func collides(with other: CacheTune.Cache) -> Bool {
        level == other.level && id == other.id && (type == other.type || type == .both || other.type == .both)
    }
}
