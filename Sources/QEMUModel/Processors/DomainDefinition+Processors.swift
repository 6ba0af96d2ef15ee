import Virt
import VirtXML

extension DomainDefinition {
    /// Refuses more processors than the guest can have.
    package func checkProcessors(_ count: UInt32, _ which: String) throws(VirtError) {
        guard count > vcpu.maximum else { return }
        throw VirtError(
            .invalidArg,
            "requested vcpus is greater than max allowable vcpus for the \(which) domain: \(count) > \(vcpu.maximum)",
            from: .qemu)
    }

    /// Sets how many processors the guest can have.
    package mutating func setMaximumProcessors(_ count: UInt32) throws(VirtError) {
        guard count <= VCPUCount.limit else {
            throw VirtError(
                .invalidArg,
                "requested vcpus is greater than max allowable vcpus for the persistent domain: \(count) > \(VCPUCount.limit)",
                from: .qemu)
        }
        if let topology = cpu?.topology, topology.processors != UInt64(count) {
            throw VirtError(
                .invalidArg, "CPU topology doesn't match the desired vcpu count", from: .qemu)
        }
        let current = min(vcpu.online, count)
        vcpu.maximum = count
        vcpu.current = current == count ? nil : current
        guard !vcpus.isEmpty else { return }
        vcpus.removeAll { $0.id >= count }
        listVCPUs()
    }

    /// Sets how many processors the guest starts with.
    ///
    /// - Parameter hotpluggable: whether those that come can go again while the guest runs.
    package mutating func setProcessors(_ count: UInt32, hotpluggable: Bool) throws(VirtError) {
        try checkProcessors(count, "persistent")
        if vcpus.isEmpty {
            guard hotpluggable else {
                vcpu.current = count == vcpu.maximum ? nil : count
                return
            }
            nameProcessors()
        }
        forgetOrder()
        vcpus.setOnline(Int(clamping: count), hotpluggable: hotpluggable)
        countVCPUs()
    }

    /// Has some of the processors be there, or not, when the guest starts.
    package mutating func setProcessors(_ numbers: CPUSet, online: Bool) throws(VirtError) {
        for number in numbers.members where number >= Int(clamping: vcpu.maximum) {
            throw VirtError(.invalidArg, "vcpu \(number) is not present in persistent config", from: .qemu)
        }
        if numbers.contains(0) { throw VirtError(.invalidArg, "vCPU '0' can't be modified", from: .qemu) }
        nameProcessors()
        for number in numbers.members where vcpus[number].enabled != online {
            try checkFollowers(of: number)
            vcpus[number].enabled = online
            vcpus[number].hotpluggable = true
        }
        forgetOrder()
        countVCPUs()
    }

    /// Those that are always there come before those that can go.
    private func checkFollowers(of number: Int) throws(VirtError) {
        guard vcpus[(number + 1)...].contains(where: { $0.enabled && $0.hotpluggable != true }) else {
            return
        }
        throw VirtError(
            .invalidArg,
            "vcpu '\(number)' can't be modified as it is followed by non-hotpluggable online vcpus",
            from: .qemu)
    }

    /// Tells of each processor, where they were only counted.
    private mutating func nameProcessors() {
        guard vcpus.isEmpty else { return }
        vcpus = (0..<min(vcpu.online, VCPUCount.limit)).map { number in
            var one = VCPU()
            (one.id, one.hotpluggable) = (number, false)
            return one
        }
        listVCPUs()
    }

    private mutating func forgetOrder() {
        for index in vcpus.indices { vcpus[index].order = nil }
    }

    /// Notes which processors a running guest has.
    package mutating func note(_ processors: GuestProcessors) {
        guard processors.all.count == Int(clamping: vcpu.maximum) else { return }
        vcpus = processors.all.enumerated().map { number, state in
            var one = VCPU()
            one.id = UInt32(clamping: number)
            (one.enabled, one.hotpluggable, one.order) = (state.isOnline, state.isHotpluggable, state.order)
            return one
        }
        countVCPUs()
    }

    /// The places that have to be filled before the guest starts, the first one first: those of processors that are
    /// there but can go.
    package func placesToFill(_ processors: GuestProcessors) throws(VirtError) -> [Int] {
        let wanted = vcpus.filter { $0.enabled && $0.hotpluggable == true }
        var turns: [(turn: UInt32, place: Int)] = []
        for one in wanted {
            guard let state = processors.all.dropFirst(Int(clamping: one.id)).first, let place = state.place,
                !state.isOnline, !turns.contains(where: { $0.place == place })
            else { continue }
            turns.append((one.order ?? .max, place))
        }
        let given = turns.reduce(0) { $0 + processors.places[$1.place].count }
        guard processors.online + given == Int(clamping: vcpu.online) else {
            throw VirtError(
                .internalError,
                "the guest's processors can't be plugged in one by one as its definition has them: "
                    + "\(processors.online + given) of \(vcpu.online) would be there", from: .qemu)
        }
        return turns.enumerated().sorted { ($0.element.turn, $0.offset) < ($1.element.turn, $1.offset) }
            .map(\.element.place)
    }
}

extension [VCPU] {
    /// Has the lowest that are off come, or the highest that are on go, until there are `count`. Behind one that can
    /// go, only others that can go may come.
    fileprivate mutating func setOnline(_ count: Int, hotpluggable: Bool) {
        var missing = count - self.count { $0.enabled }
        var canGo = hotpluggable
        for index in indices where missing > 0 {
            if self[index].enabled {
                canGo = canGo || self[index].hotpluggable == true
            } else {
                (self[index].enabled, self[index].hotpluggable) = (true, canGo)
                missing -= 1
            }
        }
        for index in indices.reversed() where missing < 0 && self[index].enabled {
            (self[index].enabled, self[index].hotpluggable) = (false, true)
            missing += 1
        }
    }
}

extension CPUTopology {
    /// How many processors it makes.
    fileprivate var processors: UInt64 {
        [dies, clusters, cores, threads].reduce(UInt64(sockets)) { $0 &* UInt64($1) }
    }
}
