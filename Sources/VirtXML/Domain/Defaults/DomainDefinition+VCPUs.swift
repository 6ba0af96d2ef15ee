import XMLBinding

extension DomainDefinition {
    /// Where CPUs are told of one by one: tells of all of them, and counts those that are there.
    mutating func fillEachVCPU() throws(XMLError) {
        guard !vcpus.isEmpty else { return }
        if let vcpuNumberFault { throw XMLError(.xml, vcpuNumberFault) }
        listVCPUs()
    }

    /// Of several faults a number that can't be is said before what stands behind it.
    func checkVCPUNumbers(_ x: XMLBinder) throws(XMLError) {
        for child in x.node?.children ?? [] where child.name == "vcpu" {
            guard let number = child.attribute("id").flatMap({ UInt32($0) }) else { return }
            try x.require(
                number < vcpu.maximum, "vcpu id '\(number)' is out of range of maximum vcpu count")
            let order = child.attribute("order")
            guard ["yes", "no"].contains(child.attribute("enabled")),
                ["yes", "no", nil].contains(child.attribute("hotpluggable")),
                order == nil || order.flatMap({ UInt32($0) }) != nil
            else { return }
        }
    }

    /// What is wrong about the CPUs' numbers: there can't be one with each. Nil where all is well.
    package var vcpuNumberFault: String? {
        vcpus.first { $0.id >= vcpu.maximum }.map {
            "vcpu id '\($0.id)' is out of range of maximum vcpu count"
        }
    }

    /// Tells of every CPU, in order: those that nothing was said of can be plugged in later.
    public mutating func listVCPUs() {
        let known = Dictionary(vcpus.map { ($0.id, $0) }) { $1 }
        vcpus = (0..<min(vcpu.maximum, VCPUCount.limit)).map { number in
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
}
