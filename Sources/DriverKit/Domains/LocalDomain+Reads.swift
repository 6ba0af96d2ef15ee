import Virt
import VirtDriver
import VirtXML

/// What only reads: answered from the snapshot, at once, whatever the domain is busy with.
extension LocalDomain {
    public nonisolated func state(flags: UInt32) async throws(VirtError) -> DomainStateReply {
        try Self.driver.require(flags, in: "DomainGetState")
        let now = try existing()
        return DomainStateReply(state: now.state.rawValue, reason: now.reason)
    }

    public nonisolated func info() async throws(VirtError) -> DomainInfo {
        let now = try existing()
        let (memory, time) = usage(now)
        let definition = now.definition
        return DomainInfo(
            state: UInt8(clamping: now.state.rawValue), maxMem: definition.memory.total?.kibibytes ?? 0,
            memory: memory, nrVirtCpu: UInt16(clamping: definition.vcpu.online), cpuTime: time)
    }

    public nonisolated func isActive() async throws(VirtError) -> Bool { try existing().isActive }
    public nonisolated func isPersistent() async throws(VirtError) -> Bool { try existing().isPersistent }
    public nonisolated func isUpdated() async throws(VirtError) -> Bool { false }
    public nonisolated func autostart() async throws(VirtError) -> Bool { try existing().isAutostarted }

    public nonisolated func hasManagedSaveImage(flags: UInt32) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, in: "DomainHasManagedSaveImage")
        return try existing().hasManagedSave ? 1 : 0
    }

    /// Title, description or somebody's element, by flags that the driver has looked at: each names its function otherwise.
    public nonisolated func storedMetadata(
        _ type: Int32, _ uri: String?, _ flags: DomainModificationImpact
    ) throws(VirtError) -> String {
        try existing().definition(for: flags, "virDomainGetMetadata").metadata(ofType: type, uri: uri)
    }

    // MARK: Memory and processors

    public nonisolated func maxMemory() async throws(VirtError) -> UInt64 {
        try existing().definition.memory.total?.kibibytes ?? 0
    }

    public nonisolated func maxVcpus() async throws(VirtError) -> Int32 {
        try processorCount([.live, .maximum])
    }

    public nonisolated func vcpusFlags(flags: DomainVcpuFlags) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, [.live, .config, .maximum], in: "DomainGetVcpusFlags")
        return try processorCount(flags)
    }

    /// How many processors the guest has, or at most.
    public nonisolated func processorCount(_ flags: DomainVcpuFlags) throws(VirtError) -> Int32 {
        let count = try existing().definition(for: .init(flags), "virDomainGetVcpusFlags").vcpu
        return Int32(clamping: flags.contains(.maximum) ? count.maximum : count.online)
    }

    // MARK: Where they run

    public nonisolated func vcpuPinInfo(
        ncpumaps: Int32, maplen: Int32, flags: DomainModificationImpact
    ) async throws(VirtError) -> DomainVcpuPinInfo {
        try Self.driver.require(flags, [.live, .config], in: "DomainGetVcpuPinInfo")
        let definition = try existing().definition(for: flags, "virDomainGetVcpuPinInfo")
        let length = try CPUSet.mapLength(maplen, count: ncpumaps, "ncpumaps")
        let count = min(Int(clamping: definition.vcpu.maximum), max(0, Int(ncpumaps)))
        let all = host.processors
        let maps = (0..<count).flatMap {
            (definition.hostCPUs(ofProcessor: $0) ?? all).map(length: length)
        }
        return DomainVcpuPinInfo(cpumaps: maps, num: Int32(clamping: count))
    }

    public nonisolated func emulatorPinInfo(
        maplen: Int32, flags: DomainModificationImpact
    ) async throws(VirtError) -> DomainEmulatorPinInfo {
        try Self.driver.require(flags, [.live, .config], in: "DomainGetEmulatorPinInfo")
        let definition = try existing().definition(for: flags, "virDomainGetEmulatorPinInfo")
        let length = try CPUSet.mapLength(maplen, count: 1, "maps")
        let cpus = definition.hostCPUsOfEmulator ?? host.processors
        return DomainEmulatorPinInfo(cpumaps: cpus.map(length: length), result: 1)
    }

    public nonisolated func ioThreadInfo(
        flags: DomainModificationImpact
    ) async throws(VirtError) -> [DomainIOThreadInfo] {
        try Self.driver.require(flags, [.live, .config], in: "DomainGetIOThreadInfo")
        let now = try existing()
        let impact = try flags.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "virDomainGetIOThreadInfo")
        return impact.contains(.live) ? try await liveIOThreads() : ioThreads(of: now.persistent)
    }

    /// The I/O threads that a document names.
    public nonisolated func ioThreads(of definition: DomainDefinition?) -> [DomainIOThreadInfo] {
        (definition?.iothreads.threads ?? []).map { thread in
            let cpus = definition?.hostCPUs(ofIOThread: thread.id) ?? host.processors
            return DomainIOThreadInfo(
                iothreadID: thread.id, cpumap: cpus.map(length: host.processorMapLength))
        }
    }

    public nonisolated func liveIOThreads() async throws(VirtError) -> [DomainIOThreadInfo] {
        ioThreads(of: snapshot.live)
    }
}
