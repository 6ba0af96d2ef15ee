import VirtXML

extension DomainDefinition {
    /// The first CPU starts, and those that can't be pulled out start before the others.
    func checkSingleVCPUs() throws(ConfigurationError) {
        if let vcpuNumberFault { throw .xml(vcpuNumberFault) }
        if vcpu.current == 0 || vcpus.first?.enabled == false
            || !vcpus.isEmpty && !vcpus.contains(where: { $0.id == 0 })
        {
            throw .unsupported("vcpu 0 can't be offline")
        }
        guard let first = vcpus.first else { return }
        if first.hotpluggable == true { throw .unsupported("vcpu0 can't be hotpluggable") }
        if (first.order ?? 1) != 1 { throw .unsupported("vcpu0 must be enabled first") }
        if let one = vcpus.first(where: { !$0.enabled && $0.hotpluggable == false }) {
            throw .unsupported("vcpu '\(one.id)' is both offline and not hotpluggable")
        }
        try checkVCPUOrder()
        var order: UInt32 = 0
        for one in vcpus where one.hotpluggable == false {
            let next = one.order ?? order
            if next < order {
                throw .unsupported("online non-hotpluggable vcpus must be ordered in ascending order")
            }
            order = next
        }
    }

    /// Either all CPUs that are there have their turn, or none has.
    private func checkVCPUOrder() throws(ConfigurationError) {
        let online = vcpus.filter(\.enabled)
        let ordered = online.filter { $0.order != nil }
        if ordered.isEmpty { return }
        guard ordered.count == online.count else {
            throw .unsupported("all vcpus must have either set or unset order")
        }
        let pluggedFirst = online.filter { $0.hotpluggable == true }.compactMap(\.order).min() ?? .max
        if online.contains(where: { $0.hotpluggable != true && ($0.order ?? 0) > pluggedFirst }) {
            throw .unsupported("online non-hotpluggable vcpus need to be ordered prior to hotplugable vcpus")
        }
    }

    /// What the machine can hold.
    func checkVCPULimit(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let machine = qemu.accelerations[QEMUAccelerator(type)]?.machine(named: os.machine ?? "")
        if let limit = machine?.maximumCPUs, limit > 0, vcpu.maximum > limit {
            throw .unsupported("Maximum CPUs greater than specified machine type limit \(limit)")
        }
    }

    /// What of the CPUs interrupts reach.
    func checkVCPUs() throws(ConfigurationError) {
        let isExtended = devices.iommus.contains { $0.driver?.eim == true }
        if board.isQ35, vcpu.maximum > 255, !isExtended {
            throw .unsupported(
                "more than 255 vCPUs require extended interrupt mode enabled on the iommu device")
        }
    }
}
