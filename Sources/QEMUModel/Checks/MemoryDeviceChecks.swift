import ByteText
import VirtXML

extension DomainDefinition {
    /// Memory that is plugged in: what each model needs.
    func checkMemory(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        for memory in devices.memories {
            try checkPlace(memory.info)
            try checkSupport(of: memory, qemu)
            try checkNode(of: memory)
            try check(memory)
        }
    }

    /// What a document can't say of the part of a device that holds its labels.
    func checkMemoryLabels() throws(ConfigurationError) {
        for memory in devices.memories {
            guard let label = memory.target.labelSize, let size = memory.target.size else { continue }
            if label.bytes < 128 << 10 { throw .xml("nvdimm label must be at least 128KiB") }
            if label.bytes >= size.bytes { throw .xml("label size must be smaller than NVDIMM size") }
        }
    }

    /// What is plugged in is a part of all that the guest has.
    func checkTotal() throws(ConfigurationError) {
        guard !devices.memories.isEmpty else { return }
        // POWER has memory in pieces of 256 MiB.
        let piece: UInt64 = os.arch?.hasBytePrefix("ppc64") == true ? 256 << 20 : 1
        let plugged = devices.memories.reduce(UInt64(0)) {
            let size = $1.target.size?.bytes ?? 0
            if $1.model == .nvdimm, let label = $1.target.labelSize?.bytes, label < size {
                return $0 &+ (size - label) / piece * piece &+ label
            }
            return $0 &+ (size &+ piece &- 1) / piece * piece
        }
        if let total = memory.total, plugged > total.bytes {
            throw .xml("Total size of memory devices exceeds the total memory size")
        }
        if plugged == memory.total?.bytes, cpu?.numa?.cells.isEmpty ?? true {
            throw .xml("Memory size must be specified via <memory> or in the <numa> configuration")
        }
    }

    /// Memory that is plugged in needs room to be plugged into, and cells to be a part of.
    func checkMaximumMemory(_ host: QEMUHost) throws(ConfigurationError) {
        if !devices.memories.isEmpty, memory.maximum == nil {
            throw .unsupported(
                "cannot use/hotplug a memory device when domain 'maxMemory' is not defined")
        }
        if memory.maximum != nil, cpu?.numa?.cells.isEmpty ?? true, !board.isPSeries, !host.updatesABI {
            throw .unsupported("At least one numa node has to be configured when enabling memory hotplug")
        }
    }

    private func checkSupport(
        of memory: MemoryDevice, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        let model = memory.model.rawValue
        switch memory.model {
        case .dimm where !qemu.has("pc-dimm"):
            throw .unsupported("memory hotplug isn't supported by this QEMU binary")
        case .nvdimm where !qemu.has("nvdimm"), .virtioPmem where !qemu.has("virtio-pmem-pci"),
            .virtioMem where !qemu.has("virtio-mem-pci") && !qemu.has("virtio-mem-ccw"):
            throw .unsupported("\(model) isn't supported by this QEMU binary")
        case .sgxEPC where !qemu.has("sgx-epc"):
            throw .unsupported("sgx epc isn't supported by this QEMU binary")
        default: break
        }
    }

    private func checkNode(of memory: MemoryDevice) throws(ConfigurationError) {
        let cells = cpu?.numa?.cells.count ?? 0
        if memory.target.node == nil, cells > 0, [.dimm, .nvdimm, .virtioMem].contains(memory.model) {
            throw .unsupported("target NUMA node needs to be specified for memory device")
        }
        if memory.model == .virtioPmem, memory.target.node != nil {
            throw .unsupported("virtio-pmem does not support NUMA nodes")
        }
        if let node = memory.target.node, cells > 0, node >= cells {
            throw .detail(
                "can't add memory backend for guest node '\(node)' as the guest has only '\(cells)' NUMA nodes configured"
            )
        }
    }

    private func check(_ memory: MemoryDevice) throws(ConfigurationError) {
        let kind = memory.info.address?.kind
        switch memory.model {
        case .dimm where kind != nil && kind != .dimm, .nvdimm where kind != nil && kind != .dimm:
            throw .unsupported("only 'dimm' addresses are supported for the pc-dimm device")
        case .nvdimm: try checkNVDIMM(memory)
        case .virtioPmem:
            if memory.path == nil { throw .detail("path is required for model 'virtio-pmem'") }
            if memory.discard == true {
                throw .unsupported("discard is not supported for model 'virtio-pmem'")
            }
            if kind != nil, kind != .pci {
                throw .unsupported("only 'pci' addresses are supported for the virtio-pmem device")
            }
        case .virtioMem: try checkVirtioMem(memory)
        default: break
        }
    }

    private func checkNVDIMM(_ memory: MemoryDevice) throws(ConfigurationError) {
        if memory.path == nil { throw .detail("path is required for model 'nvdimm'") }
        if memory.discard == true { throw .unsupported("discard is not supported for nvdimms") }
        if memory.uuid != nil, !board.isPSeries {
            throw .unsupported("UUID is not supported for NVDIMM device")
        }
        if memory.target.labelSize == nil, board.isPSeries {
            throw .unsupported("label size is required for NVDIMM device")
        }
    }

    private func checkVirtioMem(_ memory: MemoryDevice) throws(ConfigurationError) {
        if let kind = memory.info.address?.kind, kind != .pci, kind != .ccw {
            throw .unsupported("only 'pci' addresses are supported for the virtio-mem device")
        }
        let block = memory.target.blockSize ?? .zero
        let size = memory.target.size ?? .zero, requested = memory.target.requestedSize ?? .zero
        if block.bytes == 0 || block.bytes & (block.bytes - 1) != 0 {
            throw .detail("block size must be a power of two")
        }
        let least: UInt64 = 2 << 20
        if block.bytes < least { throw .detail("block size too small, must be at least \(least >> 10)KiB") }
        if requested > size {
            throw .detail(
                "requested size must be smaller than or equal to @size (\(size.bytes >> 10)KiB)")
        }
        if requested.bytes % block.bytes != 0 {
            throw .detail("requested size must be an integer multiple of block size")
        }
    }

    /// No two share a slot or a place.
    func checkSlots() throws(ConfigurationError) {
        if let count = memory.slots,
            let slot = devices.memories.compactMap(\.slot).first(where: { $0 >= count })
        {
            throw .unsupported("memory device slot '\(slot)' exceeds slots count '\(count)'")
        }
        for (index, one) in devices.memories.enumerated() {
            for other in devices.memories[(index + 1)...] { try check(one, beside: other) }
        }
    }

    private func check(_ one: MemoryDevice, beside other: MemoryDevice) throws(ConfigurationError) {
        if let slot = one.slot, other.slot == slot {
            throw .unsupported("memory device slot '\(slot)' is already being used by another memory device")
        }
        guard let place = one.place, let taken = other.place, place.overlaps(taken) else { return }
        func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
        throw .unsupported(
            "memory device address [\(hex(place.lowerBound)):\(hex(place.upperBound))] overlaps with other memory device (\(hex(taken.lowerBound)))"
        )
    }
}

extension MemoryDevice {
    fileprivate var slot: UInt32? {
        if case .dimm(let address)? = info.address { address.slot } else { nil }
    }

    /// Where the guest sees it, as far as that is said.
    fileprivate var place: Range<UInt64>? {
        var base = target.base
        if case .dimm(let address)? = info.address { base = address.base }
        guard let base, base > 0, let size = target.size?.bytes else { return nil }
        let end = base.addingReportingOverflow(size)
        return end.overflow ? nil : base..<end.partialValue
    }
}
