import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of memory that is plugged in.
    package func parts(of memory: MemoryDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: memory.info)
        var request = MemoryBackend.Request(
            name: "mem" + alias, size: aligned(memory.target.size ?? .zero, toModules: true))
        request.cell = memory.target.node.map { Int($0) }
        request.pageSize = memory.pageSize
        request.nodes = memory.nodemask
        request.access = memory.access
        request.discard = memory.discard
        request.path = memory.path
        request.fileName = alias
        request.alignment = memory.alignSize
        request.isPersistent = memory.pmem
        if memory.model == .virtioMem { request.isReserved = false }
        if memory.model == .nvdimm, !memory.pmem { request.isPreallocated = true }
        let backend = try MemoryBackend(self, request)
        guard memory.model != .sgxEPC else { return backend.parts }
        return backend.parts + [.device(try device(for: memory, alias))]
    }

    private func device(for memory: MemoryDevice, _ alias: String) throws(ConfigurationError) -> JSONObject {
        var device: JSONObject = ["driver": .string(try driver(of: memory))]
        device.add("node", memory.target.node)
        device.add("label-size", memory.target.labelSize?.bytes)
        if memory.target.readonly { device.add("unarmed", true) }
        device.add("uuid", memory.uuid.map { "\($0)" })
        device.add("block-size", memory.target.blockSize?.bytes)
        device.add("requested-size", memory.target.requestedSize?.bytes)
        device.add("memdev", "mem" + alias)
        if memory.model == .virtioMem, try isPreallocated(memory) { device.add("prealloc", true) }
        device.add("memaddr", memory.target.base)
        device.add("dynamic-memslots", memory.target.dynamicMemslots)
        device.add("id", alias)
        try addAddress(of: memory.info, to: &device)
        return device
    }

    /// What the guest takes of it is there at once: always, if it is in huge pages.
    private func isPreallocated(_ memory: MemoryDevice) throws(ConfigurationError) -> Bool {
        var request = MemoryBackend.Request(name: "", size: .zero)
        request.cell = memory.target.node.map { Int($0) }
        request.pageSize = memory.pageSize
        let pages = try hugePages(for: request)
        return pages != nil || domain.memoryBacking?.allocationMode == .immediate
    }

    private func driver(of memory: MemoryDevice) throws(ConfigurationError) -> String {
        switch memory.model {
        case .dimm: "pc-dimm"
        case .nvdimm: "nvdimm"
        case .virtioPmem: try virtioDriver("virtio-pmem", memory.info)
        case .virtioMem: try virtioDriver("virtio-mem", memory.info)
        case .none, .sgxEPC: throw .internal("invalid memory device type")
        }
    }
}
