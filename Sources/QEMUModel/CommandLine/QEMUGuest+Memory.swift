import VirtXML

// What the command line has to know about the guest's memory.
extension QEMUGuest {
    /// The memory at start, without what is plugged in.
    var initialMemory: ByteSize {
        if let cells = domain.cpu?.numa?.cells, !cells.isEmpty {
            return ByteSize(bytes: cells.reduce(0) { $0 &+ aligned($1.memory ?? .zero).bytes })
        }
        let total = domain.memory.total ?? .zero
        let plugged = domain.devices.memories.reduce(UInt64(0)) { $0 &+ ($1.target.size?.bytes ?? 0) }
        return aligned(ByteSize(bytes: total.bytes >= plugged ? total.bytes - plugged : 0))
    }

    /// A size rounded up to what the board can have: whole MiB, two of them for a module, 256 on pSeries.
    func aligned(_ size: ByteSize, toModules: Bool = false) -> ByteSize {
        let unit: UInt64 =
            domain.board.isPPC && domain.os.arch != "ppc" ? 256 << 20 : toModules ? 2 << 20 : 1 << 20
        let rest = size.bytes % unit
        guard rest > 0 else { return size }
        let (bytes, overflow) = size.bytes.addingReportingOverflow(unit - rest)
        return overflow ? size : ByteSize(bytes: bytes)
    }

    /// How many CPUs are there at start. Those that can be pulled out are plugged in later.
    var startingCPUs: UInt32 {
        let enabled = domain.vcpu.current ?? domain.vcpu.maximum
        guard !domain.vcpus.isEmpty else { return enabled }
        let fixed = domain.vcpus.filter { $0.enabled && $0.hotpluggable != true }.count
        return UInt32(clamping: max(fixed, 1))
    }

    /// The name of the backend of the machine's own memory; nil where cells have their own, or the board has
    /// none.
    var machineMemoryBackend: String? {
        guard domain.cpu?.numa?.cells.isEmpty ?? true else { return nil }
        return machine?.defaultRAM
    }

    /// Whether memory of cells can be described.
    var cellsHaveBackends: Bool { machine?.supportsNUMA != true || needsCellBackends }

    private var needsCellBackends: Bool {
        domain.memoryBacking?.hugepages != nil || domain.numatune?.nodes.isEmpty == false
            || domain.memoryBacking?.source != nil || domain.memoryBacking?.access != nil
            || domain.cpu?.numa?.cells.contains { $0.memoryAccess != nil } == true
    }

    /// Which parts of a topology the machine knows.
    func smpHas(_ part: String) -> Bool {
        if part == "dies" { return qemu.option("smp-opts", has: "dies") }
        return qemu.option("smp-opts", has: part)
    }

    /// The pages that a piece of memory is made of; nil for the host's usual ones.
    func hugePages(for request: MemoryBackend.Request) throws(ConfigurationError) -> HugepageMount? {
        guard request.path == nil else { return nil }
        var size = request.pageSize
        if size == nil {
            guard let pages = domain.memoryBacking?.hugepages else { return nil }
            let cell = request.cell ?? 0
            let fitting =
                pages.first { $0.nodeset?.contains(cell) == true } ?? pages.first { $0.nodeset == nil }
            if pages.isEmpty {
                size = nil
            } else if let fitting {
                size = fitting.size
            } else {
                return nil
            }
        }
        guard let size else {
            guard
                let mount = resources.hugepageMounts.first(where: \.isDefault)
                    ?? resources.hugepageMounts.first
            else {
                throw .internal("hugetlbfs filesystem is not mounted or disabled by administrator config")
            }
            return mount
        }
        if size.kibibytes == 4 { return nil }
        // Memory without a name needs no folder.
        if domain.memoryBacking?.source == .memfd {
            return HugepageMount(pageSize: size.kibibytes, folder: "", isDefault: false)
        }
        if resources.hugepageMounts.isEmpty {
            throw .internal("hugetlbfs filesystem is not mounted or disabled by administrator config")
        }
        guard let mount = resources.hugepageMounts.first(where: { $0.pageSize == size.kibibytes }) else {
            throw .internal("Unable to find any usable hugetlbfs mount for \(size.kibibytes) KiB")
        }
        return mount
    }

    /// The file that a piece of memory is kept in.
    func memoryPath(_ request: MemoryBackend.Request, _ pages: HugepageMount?) -> String {
        if let pages { return pages.folder(of: resources.shortName) }
        return "\(resources.memoryFolder)/\(resources.shortName)/\(request.fileName ?? request.name)"
    }

    /// The host's nodes that a piece of memory is taken from, and how strictly.
    func hostNodes(for request: MemoryBackend.Request) -> (CPUSet, NUMATune.Mode)? {
        let tune = domain.numatune
        if let nodes = request.nodes { return (nodes, tune?.memory?.mode ?? .strict) }
        if let cell = request.cell, let own = tune?.nodes.first(where: { Int($0.cellID) == cell }) {
            return (own.nodeset, own.mode ?? .strict)
        }
        guard let memory = tune?.memory else { return nil }
        guard let nodes = memory.placement == .auto ? resources.advisedNodes : memory.nodeset else {
            return nil
        }
        return (nodes, memory.mode ?? .strict)
    }
}
