import DriverKit
import Virt
import VirtDriver
import VirtXML

extension TestDomain {
    // MARK: Memory

    func setMemory(memory: UInt64) throws(VirtError) { try setMemoryFlags(memory: memory, flags: .live) }

    func setMaxMemory(memory: UInt64) throws(VirtError) {
        try setMemoryFlags(memory: memory, flags: .maximum)
    }

    func setMemoryFlags(memory: UInt64, flags: DomainMemoryModFlags) throws(VirtError) {
        try flags.require([.live, .config, .maximum], in: "testDomainSetMemoryFlags", from: .test)
        let now = snapshot
        guard let size = ByteSize(kibibytes: memory) else {
            throw VirtError(.overflow, "\(memory) KiB of memory", from: .test)
        }
        let impact = try DomainModificationImpact(flags)
            .resolved(isActive: now.isActive, isPersistent: now.isPersistent)
        if flags.contains(.maximum), impact.contains(.live) {
            let message = "cannot resize the maximum memory on an active domain"
            throw VirtError(.operationInvalid, message, from: .test)
        }
        try change(impact) { (definition) throws(VirtError) in
            if flags.contains(.maximum) {
                definition.memory.total = size
                definition.memory.current = definition.memory.current.map { min($0, size) }
            } else if let total = definition.memory.total, size > total {
                throw VirtError(.invalidArg, "cannot set memory higher than max memory", from: .test)
            } else {
                definition.memory.current = size
            }
        }
    }

    nonisolated func maxMemory() -> UInt64 { snapshot.definition.memory.total?.kibibytes ?? 0 }

    // MARK: CPUs

    func setVcpus(nvcpus: UInt32) throws(VirtError) { try setVcpusFlags(nvcpus: nvcpus, flags: .live) }

    func setVcpusFlags(nvcpus: UInt32, flags: DomainVcpuFlags) throws(VirtError) {
        try flags.require([.live, .config, .maximum], in: "testDomainSetVcpusFlags", from: .test)
        if nvcpus == 0 {
            throw .refused("virDomainSetVcpus", "nvcpus", "nvcpus in virDomainSetVcpus must not be zero")
        }
        if nvcpus > TestHost.maxVCPUs { throw tooMany("maximum supported amount", nvcpus, TestHost.maxVCPUs) }
        let now = snapshot
        let impact = try DomainModificationImpact(flags)
            .resolved(isActive: now.isActive, isPersistent: now.isPersistent)
        if flags.contains(.maximum), impact.contains(.live) {
            let message =
                "the maximum of vcpus can only be changed in the persistent definition: use --config"
            throw VirtError(.invalidArg, message, from: .test)
        }
        try change(impact) { (definition) throws(VirtError) in
            let maximum = definition.vcpu.maximum
            if flags.contains(.maximum) {
                let current = min(definition.vcpu.current ?? maximum, nvcpus)
                definition.vcpu.maximum = nvcpus
                definition.vcpu.current = current == nvcpus ? nil : current
            } else if nvcpus > maximum {
                throw tooMany("maximum", nvcpus, maximum)
            } else {
                definition.vcpu.current = nvcpus == maximum ? nil : nvcpus
            }
        }
    }

    private func tooMany(_ limit: String, _ count: UInt32, _ most: UInt32) -> VirtError {
        VirtError(.invalidArg, "requested cpu amount exceeds \(limit) (\(count) > \(most))", from: .test)
    }

    nonisolated func vcpusFlags(flags: DomainVcpuFlags) throws(VirtError) -> Int32 {
        try flags.require([.live, .config, .maximum], in: "testDomainGetVcpusFlags", from: .test)
        let now = snapshot
        let impact = try DomainModificationImpact(flags)
            .resolved(isActive: now.isActive, isPersistent: now.isPersistent)
        let count = now.definition(impact).vcpu
        return Int32(clamping: flags.contains(.maximum) ? count.maximum : count.current ?? count.maximum)
    }

    nonisolated func maxVcpus() throws(VirtError) -> Int32 { try vcpusFlags(flags: [.live, .maximum]) }

    nonisolated func vcpus(maxinfo: Int32, maplen: Int32) throws(VirtError) -> DomainVcpusReply {
        let now = snapshot
        guard now.isActive else {
            throw VirtError(.operationInvalid, "cannot list vcpus for an inactive domain", from: .test)
        }
        let count = min(now.definition.vcpu.current ?? now.definition.vcpu.maximum, UInt32(clamping: maxinfo))
        let last = max(host.node.cpus, 1) - 1
        let info = (0..<count).map {
            VCPUInfo(number: $0, state: VcpuState.running.rawValue, cpuTime: Self.cpuTime / 10_000, cpu: last)
        }
        let map = host.cpuMap(length: maplen)
        return DomainVcpusReply(info: info, cpumaps: info.flatMap { _ in map })
    }
}

extension TestHost {
    /// A set of all CPUs of the host as bytes, the lowest bit first.
    func cpuMap(length: Int32) -> [UInt8] {
        (0..<max(0, min(length, 2048))).map { byte in
            (0..<8).reduce(UInt8(0)) { 8 * byte + $1 < node.cpus ? $0 | 1 << UInt8($1) : $0 }
        }
    }
}
