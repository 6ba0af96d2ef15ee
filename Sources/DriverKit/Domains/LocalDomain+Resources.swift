import Virt
import VirtDriver
import VirtXML

/// How much memory and how many processors a guest has.
extension LocalDomain {
    // MARK: Memory

    public func setMemory(memory: UInt64) async throws(VirtError) {
        try await setMemoryFlags(memory: memory, flags: .live)
    }

    public func setMaxMemory(memory: UInt64) async throws(VirtError) {
        try await setMemoryFlags(memory: memory, flags: .maximum)
    }

    public func setMemoryFlags(memory: UInt64, flags: DomainMemoryModFlags) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config, .maximum], in: "DomainSetMemoryFlags")
        guard let size = ByteSize(kibibytes: memory) else {
            throw Self.driver.error(.overflow, "\(memory) KiB of memory")
        }
        let isMaximum = flags.contains(.maximum)
        try await change("memory", .init(flags)) { (definition) throws(VirtError) in
            if isMaximum {
                definition.memory.total = size
                definition.memory.current = definition.memory.current.map { min($0, size) }
            } else {
                try Self.requireRoom(for: size, in: definition)
                definition.memory.current = size
            }
        } live: { (domain, live) async throws(VirtError) in
            if isMaximum {
                throw Self.driver.error(
                    .operationInvalid, "cannot resize the maximum memory on an active domain")
            }
            try Self.requireRoom(for: size, in: live)
            try await domain.setLiveMemory(size)
        }
    }

    private static func requireRoom(
        for size: ByteSize, in definition: DomainDefinition
    ) throws(VirtError) {
        guard let total = definition.memory.total, size > total else { return }
        throw driver.error(.invalidArg, "cannot set memory higher than max memory")
    }

    // MARK: Processors

    public func setVcpus(nvcpus: UInt32) async throws(VirtError) {
        try await setProcessors(nvcpus, .live, "virDomainSetVcpus")
    }

    public func setVcpusFlags(nvcpus: UInt32, flags: DomainVcpuFlags) async throws(VirtError) {
        try await setProcessors(nvcpus, flags, "virDomainSetVcpusFlags")
    }

    /// - Parameter api: the call's name in libvirt.
    private func setProcessors(
        _ count: UInt32, _ flags: DomainVcpuFlags, _ api: String
    ) async throws(VirtError) {
        if flags.contains(.maximum), !flags.contains(.config) {
            throw .refused(
                api, "flags",
                "Flag 'VIR_DOMAIN_AFFECT_CONFIG' is required by flag 'VIR_DOMAIN_VCPU_MAXIMUM'")
        }
        if flags.isSuperset(of: [.guest, .config]) {
            throw .refused(
                api, "flags",
                "Flags 'VIR_DOMAIN_VCPU_GUEST' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive")
        }
        if count == 0 { throw .refused(api, "nvcpus", "nvcpus in \(api) must not be zero") }
        try Self.driver.require(flags, Self.processorFlags, in: "DomainSetVcpusFlags")
        if flags.contains(.guest) { return try await setGuestProcessors(count) }
        try await change("vcpus", .init(flags)) { (definition) throws(VirtError) in
            try Self.setProcessors(count, flags, of: &definition)
        } live: { (domain, _) async throws(VirtError) in
            if flags.contains(.maximum) {
                throw Self.driver.error(
                    .operationInvalid, "maximum vcpu count of a live domain can't be modified")
            }
            try await domain.setLiveProcessors(count)
        }
    }
}
