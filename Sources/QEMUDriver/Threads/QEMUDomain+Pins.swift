import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Which of the host's processors the guest's, and the rest of QEMU, run on.
extension QEMUDomain {
    func pinVcpu(vcpu: UInt32, cpumap: [UInt8]) async throws(VirtError) {
        try await pinVcpuFlags(vcpu: vcpu, cpumap: cpumap, flags: .live)
    }

    func pinVcpuFlags(
        vcpu: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinVcpuFlags", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changePins("pinning of vcpus", flags) { (definition, isLive) throws(VirtError) in
            guard vcpu < definition.vcpu.maximum else {
                let count = isLive ? definition.vcpu.maximum : definition.vcpu.online
                throw VirtError(
                    .invalidArg,
                    "vcpu \(vcpu) is out of range of \(isLive ? "live" : "persistent") cpu count \(count)",
                    from: .qemu)
            }
            definition.changeTune { $0.pin(vcpu: vcpu, to: cpus) }
        } live: { (domain) throws(VirtError) in
            let processors = domain.guest?.processors.all ?? []
            if let thread = processors.dropFirst(Int(vcpu)).first?.thread {
                try domain.place(thread, on: cpus, nil)
            }
            return TypedParameter("cputune.vcpupin\(vcpu)", .string(cpus.xml))
        }
    }

    func pinEmulator(cpumap: [UInt8], flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinEmulator", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changePins("pinning of the emulator", flags) { (definition, _) throws(VirtError) in
            definition.changeTune { $0.emulatorPin = cpus }
        } live: { (domain) throws(VirtError) in
            try domain.placeEmulator(on: cpus)
            return TypedParameter("cputune.emulatorpin", .string(cpus.xml))
        }
    }

    /// Changes pins in the definitions that are meant, and has the running guest follow.
    ///
    /// - Parameter live: carries it out, and gives what those who listen are told.
    func changePins(
        _ job: String, _ flags: DomainModificationImpact,
        _ change: @Sendable (inout DomainDefinition, _ isLive: Bool) throws(VirtError) -> Void,
        live carryOut: @Sendable (isolated QEMUDomain) throws(VirtError) -> TypedParameter
    ) async throws(VirtError) {
        try await withJob(.modify, job) { (domain: isolated QEMUDomain) async throws(VirtError) in
            let now = domain.snapshot
            let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
            var (live, persistent) = (now.live, now.persistent)
            if impact.contains(.config), var definition = persistent {
                try change(&definition, false)
                persistent = definition
            }
            if impact.contains(.live), var definition = live {
                try change(&definition, true)
                live = definition
                let told = DomainTunableEvent(domain: now.reference, parameters: [try carryOut(domain)])
                domain.publish([.domainTunable(told)]) { $0.live = live }
                domain.saveRecordSoon()
            }
            if impact.contains(.config), let persistent { try await domain.keep(persistent) }
        }
    }

    // MARK: Reading

    nonisolated func vcpuPinInfo(
        ncpumaps: Int32, maplen: Int32, flags: DomainModificationImpact
    ) async throws(VirtError) -> DomainVcpuPinInfo {
        try flags.require([.live, .config], in: "qemuDomainGetVcpuPinInfo", from: .qemu)
        let definition = try snapshot.definition(for: flags, "virDomainGetVcpuPinInfo")
        let count = min(Int(clamping: definition.vcpu.maximum), max(0, Int(ncpumaps)))
        let (all, length) = (HostCPUs.online, try Self.length(maplen, ncpumaps, "ncpumaps"))
        let maps = (0..<count).flatMap {
            (definition.hostCPUs(ofProcessor: $0) ?? all).map(length: length)
        }
        return DomainVcpuPinInfo(cpumaps: maps, num: Int32(clamping: count))
    }

    nonisolated func emulatorPinInfo(
        maplen: Int32, flags: DomainModificationImpact
    ) async throws(VirtError) -> DomainEmulatorPinInfo {
        try flags.require([.live, .config], in: "qemuDomainGetEmulatorPinInfo", from: .qemu)
        let definition = try snapshot.definition(for: flags, "virDomainGetEmulatorPinInfo")
        let cpus = definition.hostCPUsOfEmulator ?? HostCPUs.online
        return DomainEmulatorPinInfo(cpumaps: cpus.map(length: try Self.length(maplen)), result: 1)
    }

    func vcpus(maxinfo: Int32, maplen: Int32) async throws(VirtError) -> DomainVcpusReply {
        guard let process = snapshot.process, let guest else {
            throw VirtError(
                .operationInvalid, "cannot retrieve vcpu information for inactive domain", from: .qemu)
        }
        let length = try Self.length(maplen, maxinfo, "maxinfo")
        var reply = DomainVcpusReply()
        for (number, one) in guest.processors.all.enumerated() where one.isOnline {
            guard reply.info.count < Int(maxinfo), let thread = one.thread.map(HostThread.init) else {
                continue
            }
            let usage = thread.usage(in: process.id)
            reply.info.append(
                VCPUInfo(
                    number: UInt32(clamping: number), state: VcpuState.running.rawValue,
                    cpuTime: usage?.time ?? 0,
                    cpu: usage?.processor ?? -1))
            let cpus = CPUSet((try? thread.affinity()) ?? [])
            reply.cpumaps += cpus.map(length: length)
        }
        return reply
    }

    /// How long the maps may be that are given back; throws where as many as are asked for fit into no reply.
    static func length(
        _ asked: Int32, _ count: Int32 = 1, _ name: String = "maps"
    ) throws(VirtError) -> Int {
        guard max(0, Int(asked)) * max(0, Int(count)) <= 8 << 20 else {
            throw VirtError(.internalError, "\(name) * maplen > REMOTE_CPUMAPS_MAX", from: .rpc)
        }
        return min(max(0, Int(asked)), 2048)
    }
}

extension CPUSet {
    /// What a call wants something pinned to.
    init(pinning map: [UInt8]) throws(VirtError) {
        self.init(map: map, below: CPUSet.limit)
        if isEmpty { throw VirtError(.invalidArg, "Empty cpu list for pinning", from: .qemu) }
    }
}
