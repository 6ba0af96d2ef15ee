import DriverKit
import Virt
import VirtDriver
import VirtXML

/// What a guest has of memory and processors, and where they run: kept, since there is nothing that would run.
extension TestDomain {
    func setLiveMemory(_ size: ByteSize) async throws(VirtError) {
        publish { $0.live?.memory.current = size }
    }

    // MARK: Processors

    static var processorFlags: DomainVcpuFlags { [.live, .config, .maximum] }

    static func setProcessors(
        _ count: UInt32, _ flags: DomainVcpuFlags, of definition: inout DomainDefinition
    ) throws(VirtError) {
        if count > TestHost.maxVCPUs { throw tooMany("maximum supported amount", count, TestHost.maxVCPUs) }
        let now = definition.vcpu
        let isMaximum = flags.contains(.maximum)
        if !isMaximum, count > now.maximum { throw tooMany("maximum", count, now.maximum) }
        let current = isMaximum ? min(now.online, count) : count
        definition.vcpu.maximum = isMaximum ? count : now.maximum
        definition.vcpu.current = current == definition.vcpu.maximum ? nil : current
    }

    private static func tooMany(_ limit: String, _ count: UInt32, _ most: UInt32) -> VirtError {
        driver.error(.invalidArg, "requested cpu amount exceeds \(limit) (\(count) > \(most))")
    }

    func setLiveProcessors(_ count: UInt32) async throws(VirtError) {
        guard var live = snapshot.live else { return }
        try Self.setProcessors(count, .live, of: &live)
        publish { $0.live = live }
    }

    nonisolated func vcpus(maxinfo: Int32, maplen: Int32) async throws(VirtError) -> DomainVcpusReply {
        let now = try existing()
        guard now.isActive else {
            throw Self.driver.error(.operationInvalid, "cannot list vcpus for an inactive domain")
        }
        let map = host.processors.map(length: try CPUSet.mapLength(maplen, count: maxinfo, "maxinfo"))
        let count = min(now.definition.vcpu.online, UInt32(clamping: maxinfo))
        let last = max(host.node.cpus, 1) - 1
        let info = (0..<count).map {
            VCPUInfo(number: $0, state: VcpuState.running.rawValue, cpuTime: Self.cpuTime / 10_000, cpu: last)
        }
        return DomainVcpusReply(info: info, cpumaps: info.flatMap { _ in map })
    }

    func pinVcpuFlags(
        vcpu: UInt32, cpumap: [UInt8], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainPinVcpuFlags")
        let cpus = CPUSet(map: cpumap, below: Int(host.node.cpus))
        try await changeBoth("pinning of vcpus", flags) { (definition, _) throws(VirtError) in
            if vcpu >= definition.vcpu.maximum {
                let message = "requested vcpu '\(vcpu)' is not present in the domain"
                throw Self.driver.error(.invalidArg, message)
            }
            definition.changeTune { $0.pin(vcpu: vcpu, to: cpus) }
        }
    }
}
