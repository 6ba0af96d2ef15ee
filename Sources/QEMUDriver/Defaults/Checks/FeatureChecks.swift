import VirtXML

extension DomainDefinition {
    func checkFeatures() throws(ConfigurationError) {
        let board = board
        let place = "architecture '\(os.arch ?? "")' or machine type '\(os.machine ?? "")'"
        if features.gic != nil, !board.isARMVirt {
            throw .unsupported("The 'gic' feature is not supported for \(place)")
        }
        if features.hpt != nil, !board.isPSeries {
            throw .unsupported("The 'hpt' feature is not supported for \(place)")
        }
        if features.acpi, board.isARM, !board.isARMVirt {
            throw .unsupported("machine type '\(os.machine ?? "")' does not support ACPI")
        }
        if features.ps2 == false, features.vmport == true {
            throw .unsupported("vmport feature requires the ps2 feature not to be disabled")
        }
        if features.ps2 == false, devices.inputs.contains(where: { $0.bus == .ps2 }) {
            throw .unsupported("ps2 bus inputs require the ps2 feature not to be disabled")
        }
        if let tseg = features.smm?.tseg, tseg.bytes % (1 << 20) != 0 {
            throw .unsupported("SMM TSEG size must be divisible by 1 MiB")
        }
        try checkTimers()
    }

    private func checkTimers() throws(ConfigurationError) {
        guard !board.isX86, timer(.tsc) != nil || timer(.kvmclock) != nil || timer(.hypervclock) != nil else {
            return
        }
        let name = timer(.tsc) != nil ? "tsc" : timer(.kvmclock) != nil ? "kvmclock" : "hypervclock"
        throw .unsupported(
            "Configuring the '\(name)' timer is not supported for virtType=\(type.rawValue) arch=\(os.arch ?? "") machine=\(os.machine ?? "") guests"
        )
    }

    func checkCPU() throws(ConfigurationError) {
        guard let cpu else { return try checkThreads() }
        if let cache = cpu.cache, cache.mode == .passthrough {
            if let level = cache.level {
                _ = level; throw .unsupported("unsupported CPU cache level for mode 'passthrough'")
            }
            if cpu.mode != .hostPassthrough, cpu.mode != .maximum {
                throw .unsupported(
                    "CPU cache mode 'passthrough' can only be used with 'host-passthrough' / 'maximum' CPUs")
            }
        }
        if let size = cpu.maxPhysAddr {
            if size.mode == .passthrough, (size.bits ?? -1) > 0 {
                throw .unsupported(
                    "CPU maximum physical address bits number specification cannot be used with mode='passthrough'"
                )
            }
        }
        if cpu.deprecatedFeatures != nil, !board.isS390 {
            throw .unsupported("toggling deprecated features for CPU model is unsupported")
        }
        try checkThreads()
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
