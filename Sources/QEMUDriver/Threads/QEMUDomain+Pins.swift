import DriverKit
import HostKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// Which of the host's processors the guest's, and the rest of QEMU, run on.
extension QEMUDomain {
    func pinVcpuFlags(
        vcpu: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinVcpuFlags", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changeBoth("pinning of vcpus", flags) { (definition, isLive) throws(VirtError) in
            guard vcpu < definition.vcpu.maximum else {
                let count = isLive ? definition.vcpu.maximum : definition.vcpu.online
                throw VirtError(
                    .invalidArg,
                    "vcpu \(vcpu) is out of range of \(isLive ? "live" : "persistent") cpu count \(count)",
                    from: .qemu)
            }
            definition.changeTune { $0.pin(vcpu: vcpu, to: cpus) }
        } live: { (domain) async throws(VirtError) in
            let processors = domain.guest?.processors.all ?? []
            if let thread = processors.dropFirst(Int(vcpu)).first?.thread {
                try domain.place(thread, on: cpus, nil)
            }
            return domain.tuned("vcpupin\(vcpu)", cpus)
        }
    }

    func pinEmulator(cpumap: [UInt8], flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainPinEmulator", from: .qemu)
        let cpus = try CPUSet(pinning: cpumap)
        try await changeBoth("pinning of the emulator", flags) { (definition, _) throws(VirtError) in
            definition.changeTune { $0.emulatorPin = cpus }
        } live: { (domain) async throws(VirtError) in
            try domain.placeEmulator(on: cpus)
            return domain.tuned("emulatorpin", cpus)
        }
    }

    /// What those who listen are told of a change of a running guest's tuning.
    func tuned(_ name: String, _ cpus: CPUSet) -> [Event] {
        [
            .domainTunable(
                DomainTunableEvent(
                    domain: snapshot.reference,
                    parameters: [TypedParameter("cputune.\(name)", .string(cpus.xml))]))
        ]
    }

    func vcpus(maxinfo: Int32, maplen: Int32) async throws(VirtError) -> DomainVcpusReply {
        guard let process = snapshot.run.process, let guest else {
            throw VirtError(
                .operationInvalid, "cannot retrieve vcpu information for inactive domain", from: .qemu)
        }
        let length = try CPUSet.mapLength(maplen, count: maxinfo, "maxinfo")
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
}

extension CPUSet {
    /// What a call wants something pinned to.
    init(pinning map: [UInt8]) throws(VirtError) {
        self.init(map: map, below: CPUSet.limit)
        if isEmpty { throw VirtError(.invalidArg, "Empty cpu list for pinning", from: .qemu) }
    }
}
