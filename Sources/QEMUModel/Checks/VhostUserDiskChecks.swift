import VirtXML

extension DomainDefinition {
    /// A disk that another process serves: QEMU passes the guest's requests on and does nothing itself.
    func checkVhostUser(_ disk: DiskDevice) throws(ConfigurationError) {
        if let snapshot = disk.snapshot, snapshot != .no {
            throw .unsupported("only snapshot=no is supported with vhostuser disk")
        }
        if disk.target.bus != .virtio { throw .unsupported("vhostuser disk supports only virtio bus") }
        let driver = disk.driver
        let foreign: [(String, Bool)] = [
            ("auth", disk.auth != nil || disk.source.auth != nil), ("ioeventfd", driver.ioeventfd != nil),
            ("cache", driver.cache.map { $0 != .default } ?? false),
            ("error_policy", driver.errorPolicy != nil), ("error_policy", driver.readErrorPolicy != nil),
            ("io", driver.io != nil), ("copy_on_read", driver.copyOnRead != nil),
            ("discard", driver.discard != nil),
            ("iothread", driver.iothread != nil || !driver.iothreads.isEmpty),
            ("detect_zeroes", driver.detectZeroes != nil), ("iotune", disk.iotune != nil),
            ("throttlefilters", !disk.throttleFilters.isEmpty),
            ("backingStore", disk.backingStore != nil),
            ("encryption", disk.encryption != nil || disk.source.encryption != nil),
            ("readonly", disk.readonly), ("shareable", disk.shareable), ("transient", disk.transient != nil),
            ("serial", disk.serial != nil), ("wwn", disk.wwn != nil), ("vendor", disk.vendor != nil),
            ("product", disk.product != nil), ("geometry", disk.geometry != nil),
            ("blockio", disk.blockIO != nil), ("metadata_cache", driver.metadataCacheSize != nil),
        ]
        if let (name, _) = foreign.first(where: \.1) {
            throw .unsupported("\(name) is not supported with vhostuser disk")
        }
    }

    /// What another process serves works in the guest's own memory.
    func requireSharedMemory(_ what: String) throws(ConfigurationError) {
        guard !hasSharedMemory else { return }
        throw .unsupported("'\(what)' requires shared memory")
    }

    private var hasSharedMemory: Bool {
        let cells = cpu?.numa?.cells ?? []
        if cells.isEmpty { return memoryBacking?.access == .shared }
        return cells.allSatisfy { ($0.memoryAccess ?? memoryBacking?.access) == .shared }
    }

    func hasIOThread(_ number: UInt32) -> Bool { iothreads.threads.contains { $0.id == number } }
}
