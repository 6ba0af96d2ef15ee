import XMLBinding

extension DomainDefinition {
    /// Where CPUs are told of one by one: tells of all of them, counts those that are there, and refuses what can't
    /// be plugged in like that.
    mutating func fillEachVCPU() throws(XMLError) {
        guard !vcpus.isEmpty else { return }
        let maximum = vcpu.maximum
        if let one = vcpus.first(where: { $0.id >= maximum }) {
            throw XMLError(.xml, "vcpu id '\(one.id)' is out of range of maximum vcpu count")
        }
        listVCPUs()
        try checkFirstVCPU()
        if let one = vcpus.first(where: { !$0.enabled && $0.hotpluggable == false }) {
            throw XMLError(.unsupported, "vcpu '\(one.id)' is both offline and not hotpluggable")
        }
        try checkVCPUOrder()
    }

    /// Tells of every CPU, in order: those that nothing was said of can be plugged in later.
    public mutating func listVCPUs() {
        let known = Dictionary(vcpus.map { ($0.id, $0) }) { $1 }
        vcpus = (0..<vcpu.maximum).map { number in
            var one = known[number] ?? VCPU()
            if known[number] == nil { (one.id, one.enabled) = (number, false) }
            one.hotpluggable = one.hotpluggable ?? !one.enabled
            return one
        }
        countVCPUs()
    }

    /// Counts the CPUs that are there, where they are told of one by one.
    public mutating func countVCPUs() {
        let online = UInt32(clamping: vcpus.count { $0.enabled })
        vcpu.current = online == vcpu.maximum ? nil : online
    }

    private func checkFirstVCPU() throws(XMLError) {
        guard let first = vcpus.first else { return }
        if !first.enabled { throw XMLError(.unsupported, "vcpu 0 can't be offline") }
        if first.hotpluggable == true { throw XMLError(.unsupported, "vcpu0 can't be hotpluggable") }
        if let order = first.order, order != 1 {
            throw XMLError(.unsupported, "vcpu0 must be enabled first")
        }
    }

    private func checkVCPUOrder() throws(XMLError) {
        let online = vcpus.filter(\.enabled)
        let ordered = online.filter { $0.order != nil }
        if ordered.isEmpty { return }
        guard ordered.count == online.count else {
            throw XMLError(.unsupported, "all vcpus must have either set or unset order")
        }
        let pluggedFirst = online.filter { $0.hotpluggable == true }.compactMap(\.order).min() ?? .max
        if online.contains(where: { $0.hotpluggable != true && ($0.order ?? 0) > pluggedFirst }) {
            throw XMLError(
                .unsupported,
                "online non-hotpluggable vcpus need to be ordered prior to hotplugable vcpus")
        }
    }
}
