import XMLBinding

extension CPUTune {
    /// Refuses groups for cache and memory bandwidth that the kernel couldn't keep apart.
    func check() throws(XMLError) {
        try checkThreads()
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

    /// Each thread has one way to be scheduled. Asked before entries are split into threads, of which there would
    /// be as many as entries times numbers.
    func checkSchedulers() throws(XMLError) {
        for (sets, element, attribute) in [
            (vcpuSchedulers.map(\.vcpus), "vcpusched", "vcpus"),
            (iothreadSchedulers.map(\.iothreads), "iothreadsched", "iothreads"),
        ] {
            var all = CPUSet()
            for set in sets {
                guard all.isDisjoint(with: set) else {
                    throw XMLError(.malformed, "'\(element)' attributes '\(attribute)' must not overlap")
                }
                all.formUnion(set)
            }
        }
    }

    /// Each CPU has one pin.
    func checkPins() throws(XMLError) {
        if let pin = vcpuPins.firstRepeated(by: \.vcpu) {
            throw XMLError(.internalError, "duplicate vcpupin for vcpu '\(pin.vcpu)'")
        }
    }

    /// Each thread has one pin.
    private func checkThreads() throws(XMLError) {
        if let pin = iothreadPins.firstRepeated(by: \.iothread) {
            throw XMLError(.internalError, "duplicate iothreadpin for same iothread '\(pin.iothread)'")
        }
    }

    /// Times that the kernel could not keep.
    func checkTimes(_ x: XMLBinder) throws(XMLError) {
        for (name, period) in [
            ("period", period), ("global_period", globalPeriod), ("emulator_period", emulatorPeriod),
            ("iothread_period", iothreadPeriod),
        ] where (period ?? 0) > 0 {
            try checkRange(name, period ?? 0, 1000...1_000_000, x)
        }
        for (name, quota) in [
            ("quota", quota), ("global_quota", globalQuota), ("emulator_quota", emulatorQuota),
            ("iothread_quota", iothreadQuota),
        ] where (quota ?? 0) > 0 {
            try checkRange(name, UInt64(clamping: quota ?? 0), 1000...17_592_186_044_415, x)
        }
    }

    private func checkRange(
        _ name: String, _ value: UInt64, _ range: ClosedRange<UInt64>, _ x: XMLBinder
    ) throws(XMLError) {
        guard !range.contains(value) else { return }
        throw x.fault(
            "Value of cputune '\(name)' must be in range [\(range.lowerBound), \(range.upperBound)]",
            .unsupported, value: String(value))
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
        if let node = nodes.firstRepeated(by: \.id) {
            throw XMLError(
                .xml, "Memory Bandwidth already defined for node \(node.id)", element: "node")
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
        if monitors.firstRepeated(by: { $0 }) != nil {
            throw XMLError(.invalidArgument, "Identical vcpus found in same type monitors")
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
