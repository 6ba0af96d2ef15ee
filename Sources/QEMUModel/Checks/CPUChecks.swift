import VirtXML

extension DomainDefinition {
    func checkCPU(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if let address = cpu?.maxPhysAddr, address.limit != nil, address.mode != .passthrough {
            throw .unsupported("attribute 'limit' is only supported for maxphysaddr mode 'passthrough'")
        }
        guard let cpu else { return }
        if cpu.mode == .maximum, !hasMaximumCPU(qemu) {
            throw .unsupported("maximum CPU is not supported by QEMU binary")
        }
        try checkAddressSize(cpu)
        try checkCache(cpu)
    }

    /// All CPUs that there may ever be have a place in the topology.
    func checkTopology() throws(ConfigurationError) {
        if let topology = cpu?.topology {
            let parts = [
                topology.sockets, topology.dies, topology.clusters, topology.cores, topology.threads,
            ]
            let (count, overflow) = parts.reduce((UInt64(1), false)) { product, part in
                let (next, overflow) = product.0.multipliedReportingOverflow(by: UInt64(part))
                return (next, product.1 || overflow)
            }
            if overflow || count != UInt64(vcpu.maximum) {
                throw .unsupported("CPU topology doesn't match maximum vcpu count")
            }
        }
        try checkThreads()
    }

    private func hasMaximumCPU(_ qemu: QEMUCapabilities) -> Bool {
        let models = qemu.accelerations[QEMUAccelerator(type)]?.cpuModels ?? []
        return models.contains { $0.name == "max" }
    }

    private func checkCache(_ cpu: GuestCPU) throws(ConfigurationError) {
        guard let cache = cpu.cache else { return }
        if !board.isX86 {
            throw .unsupported(
                "CPU cache specification is not supported for '\(os.arch ?? "")' architecture")
        }
        switch cache.mode {
        case .emulate:
            if cache.level != 3 {
                throw .unsupported("CPU cache mode 'emulate' can only be used with level='3'")
            }
        case .passthrough:
            if cache.level != nil {
                throw .unsupported("unsupported CPU cache level for mode 'passthrough'")
            }
            if cpu.mode != .hostPassthrough, cpu.mode != .maximum {
                throw .unsupported(
                    "CPU cache mode 'passthrough' can only be used with 'host-passthrough' / 'maximum' CPUs")
            }
        case .disable:
            if cache.level != nil { throw .unsupported("unsupported CPU cache level for mode 'disable'") }
        }
    }

    private func checkAddressSize(_ cpu: GuestCPU) throws(ConfigurationError) {
        guard let size = cpu.maxPhysAddr else { return }
        if !board.isX86 {
            throw .unsupported(
                "CPU maximum physical address bits specification is not supported for '\(os.arch ?? "")' architecture"
            )
        }
        switch size.mode {
        case .passthrough:
            if (size.bits ?? -1) > 0 {
                throw .unsupported(
                    "CPU maximum physical address bits number specification cannot be used with mode='passthrough'"
                )
            }
        case .emulate: break
        }
    }

    /// CPUs of a pSeries core come and go together.
    private func checkThreads() throws(ConfigurationError) {
        guard board.isPSeries, let threads = cpu?.topology?.threads, threads > 1 else { return }
        let current = vcpu.current ?? vcpu.maximum
        guard current % threads == 0 else {
            throw .unsupported("vCPUs count must be a multiple of the vCPU hotplug granularity (\(threads))")
        }
    }
}
