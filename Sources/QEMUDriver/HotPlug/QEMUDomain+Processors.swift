import DriverKit
import JSON
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func setVcpus(nvcpus: UInt32) async throws(VirtError) {
        try await setVcpusFlags(nvcpus: nvcpus, flags: .live)
    }

    func setVcpusFlags(nvcpus: UInt32, flags: DomainVcpuFlags) async throws(VirtError) {
        try flags.require(
            [.live, .config, .maximum, .guest, .hotpluggable], in: "qemuDomainSetVcpusFlags", from: .qemu)
        if flags.contains(.guest) { throw .notSupported("virDomainSetVcpusFlags") }
        if nvcpus == 0 {
            throw .refused("virDomainSetVcpus", "nvcpus", "nvcpus in virDomainSetVcpus must not be zero")
        }
        try await withJob(.modify, "vcpus") { (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try DomainModificationImpact(rawValue: flags.rawValue & 3)
                .resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            if flags.contains(.maximum), impact.contains(.live) {
                throw VirtError(
                    .operationInvalid, "maximum vcpu count of a live domain can't be modified", from: .qemu)
            }
            var persistent = now.persistent
            if impact.contains(.config) {
                try persistent?.setProcessors(nvcpus, isMaximum: flags.contains(.maximum))
            }
            if impact.contains(.live), let live = now.live {
                try live.checkProcessors(nvcpus, "live")
                try await domain.plugProcessors(nvcpus)
            }
            if impact.contains(.config), let persistent { try await domain.keep(persistent) }
        }
    }

    /// Plugs processors in or has the guest let go of them, until there are as many as wanted.
    private func plugProcessors(_ wanted: UInt32) async throws(VirtError) {
        let slots = try await processorSlots()
        let online = slots.filter(\.isPresent).reduce(UInt32(0)) { $0 &+ $1.processors }
        if online < wanted {
            try await plug(slots.filter { !$0.isPresent }, until: wanted, from: online)
        } else {
            try await unplug(slots.reversed().filter { $0.alias != nil }, until: wanted, from: online)
        }
    }

    private func plug(_ free: [ProcessorSlot], until wanted: UInt32, from online: UInt32)
        async throws(VirtError)
    {
        var count = online
        for slot in free where count < wanted {
            guard count &+ slot.processors <= wanted else { throw Self.tooCoarse }
            try await ask("device_add", slot.device)
            count &+= slot.processors
            noteProcessors(count)
        }
        guard count == wanted else { throw Self.tooCoarse }
    }

    private func unplug(_ busy: [ProcessorSlot], until wanted: UInt32, from online: UInt32)
        async throws(VirtError)
    {
        let removable = busy.reduce(UInt32(0)) { $0 &+ $1.processors }
        guard online &- min(removable, online) <= wanted else {
            throw VirtError(
                .configUnsupported,
                "failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count",
                from: .qemu)
        }
        var count = online
        for slot in busy where count > wanted {
            guard let alias = slot.alias else { continue }
            try await askRemoval(of: alias)
            guard case .done = await removal(of: alias) else {
                throw VirtError(
                    .operationTimeout,
                    "vcpu unplug request timed out. Unplug result must be manually inspected in the domain",
                    from: .qemu)
            }
            count &-= min(count, slot.processors)
            noteProcessors(count)
        }
    }

    private func noteProcessors(_ count: UInt32) {
        publish { now in
            guard let maximum = now.live?.vcpu.maximum else { return }
            now.live?.vcpu.current = count == maximum ? nil : count
        }
        saveRecordSoon()
    }

    private static var tooCoarse: VirtError {
        VirtError(
            .configUnsupported, "target vm vcpu granularity does not allow the desired vcpu count",
            from: .qemu)
    }

    /// The places for processors, the first one first.
    private func processorSlots() async throws(VirtError) -> [ProcessorSlot] {
        let reply = try await ask("query-hotpluggable-cpus")
        var first: UInt32 = 0
        return (reply.array ?? []).reversed().compactMap { entry in
            let slot = ProcessorSlot(entry, first: first)
            first &+= slot?.processors ?? 0
            return slot
        }
    }
}

/// A place that one or several of the guest's processors are plugged into together.
struct ProcessorSlot {
    let processors: UInt32
    /// The name of what is plugged in there and can be taken out again.
    let alias: String?
    let isPresent: Bool
    /// What fills the place.
    let device: JSONObject

    init?(_ entry: JSONValue, first: UInt32) {
        guard let driver = entry["type"]?.string else { return nil }
        processors = UInt32(clamping: entry["vcpus-count"]?.uint ?? 1)
        let path = entry["qom-path"]?.string
        isPresent = path != nil
        let prefix = "/machine/peripheral/"
        alias = path.flatMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
        var device: JSONObject = ["driver": .string(driver), "id": .string("vcpu\(first)")]
        device.append(entry["props"]?.object ?? JSONObject())
        self.device = device
    }
}

extension DomainDefinition {
    fileprivate func checkProcessors(_ count: UInt32, _ which: String) throws(VirtError) {
        guard count > vcpu.maximum else { return }
        throw VirtError(
            .invalidArg,
            "requested vcpus is greater than max allowable vcpus for the \(which) domain: \(count) > \(vcpu.maximum)",
            from: .qemu)
    }

    fileprivate mutating func setProcessors(_ count: UInt32, isMaximum: Bool) throws(VirtError) {
        if isMaximum {
            if let topology = cpu?.topology, topology.processors != UInt64(count) {
                throw VirtError(
                    .invalidArg, "CPU topology doesn't match the desired vcpu count", from: .qemu)
            }
            let current = min(vcpu.online, count)
            vcpu.maximum = count
            vcpu.current = current == count ? nil : current
        } else {
            try checkProcessors(count, "persistent")
            vcpu.current = count == vcpu.maximum ? nil : count
        }
    }
}

extension CPUTopology {
    /// How many processors it makes.
    fileprivate var processors: UInt64 {
        [dies, clusters, cores, threads].reduce(UInt64(sockets)) { $0 &* UInt64($1) }
    }
}
