import DriverKit
import Virt
import VirtDriver
import VirtXML

/// Where the guest's CPUs run: kept, since there is nothing that would run.
extension TestDomain {
    func pinVcpu(vcpu: UInt32, cpumap: [UInt8]) throws(VirtError) {
        try pinVcpuFlags(vcpu: vcpu, cpumap: cpumap, flags: .live)
    }

    func pinVcpuFlags(vcpu: UInt32, cpumap: [UInt8], flags: DomainModificationImpact) throws(VirtError) {
        try flags.require([.live, .config], in: "testDomainPinVcpuFlags", from: .test)
        let cpus = CPUSet(map: cpumap, below: Int(host.node.cpus))
        try change(flags) { (definition) throws(VirtError) in
            if vcpu >= definition.vcpu.maximum {
                let message = "requested vcpu '\(vcpu)' is not present in the domain"
                throw VirtError(.invalidArg, message, from: .test)
            }
            var tune = definition.cputune ?? CPUTune()
            tune.pin(vcpu: vcpu, to: cpus)
            definition.cputune = tune
        }
    }

    nonisolated func vcpuPinInfo(
        ncpumaps: Int32, maplen: Int32, flags: DomainModificationImpact
    ) throws(VirtError) -> DomainVcpuPinInfo {
        let definition = try chosen(flags, "testDomainGetVcpuPinInfo")
        let count = min(definition.vcpu.maximum, UInt32(clamping: ncpumaps))
        try CPUSet.checkMaps(Int(count), length: Int(maplen), "ncpumaps")
        let maps = (0..<count).flatMap { vcpu in
            let pin = definition.cputune?.vcpuPins.first { $0.vcpu == vcpu }?.cpuset
            return host.cpuMap(of: pin, length: maplen)
        }
        return DomainVcpuPinInfo(cpumaps: maps, num: Int32(clamping: count))
    }

    nonisolated func emulatorPinInfo(
        maplen: Int32, flags: DomainModificationImpact
    ) throws(VirtError) -> DomainEmulatorPinInfo {
        let pin = try chosen(flags, "testDomainGetEmulatorPinInfo").cputune?.emulatorPin
        return DomainEmulatorPinInfo(cpumaps: host.cpuMap(of: pin, length: maplen), result: 1)
    }

    nonisolated func ioThreadInfo(flags: DomainModificationImpact) throws(VirtError) -> [DomainIOThreadInfo] {
        _ = try chosen(flags, "testDomainGetIOThreadInfo")
        return []
    }

    private nonisolated func chosen(
        _ flags: DomainModificationImpact, _ function: String
    ) throws(VirtError) -> DomainDefinition {
        try flags.require([.live, .config], in: function, from: .test)
        let now = snapshot
        return now.definition(try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent))
    }
}

extension TestHost {
    /// A set of CPUs as bytes, the lowest bit first; all of the host's where none are chosen.
    func cpuMap(of cpus: CPUSet?, length: Int32) -> [UInt8] {
        cpus?.map(length: Int(min(length, 2048))) ?? cpuMap(length: length)
    }
}
