import VirtXML

extension DomainDefinition {
    func checkFeatures(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        if features.acpi, !board.hasACPI, board.isARM || host.updatesABI {
            throw .unsupported("machine type '\(os.machine ?? "")' does not support ACPI")
        }
        try checkBoardFeatures()
        try checkSMM()
        if features.pmu == false, board.isPPC {
            throw .unsupported("PMU is always enabled for architecture '\(os.arch ?? "")'")
        }
        if features.vmport != nil, !board.isX86 {
            throw .unsupported("vmport is not available with this QEMU binary")
        }
        if features.vmcoreinfo == true, !qemu.has("vmcoreinfo") {
            throw .unsupported("vmcoreinfo is not available with this QEMU binary")
        }
        if features.ps2 == false, features.vmport == true {
            throw .unsupported("vmport feature requires the ps2 feature not to be disabled")
        }
        if features.ps2 == false, devices.inputs.contains(where: { $0.bus == .ps2 }) {
            throw .unsupported("ps2 bus inputs require the ps2 feature not to be disabled")
        }
        if let cache = features.tcgTBCache {
            if type != .qemu {
                throw .unsupported("TCG features are incompatible with domain type '\(type.rawValue)'")
            }
            if cache.bytes % (1 << 20) != 0 {
                throw .unsupported("tb-cache size must be an integer multiple of MiB")
            }
        }
    }

    /// Features that only some boards have.
    private func checkBoardFeatures() throws(ConfigurationError) {
        let board = board
        let place = "architecture '\(os.arch ?? "")' or machine type '\(os.machine ?? "")'"
        if features.hyperv != nil, !board.isX86, os.arch != "aarch64" {
            throw .unsupported("Hyperv features are not supported for \(place)")
        }
        if features.apic?.eoi != nil, !board.isX86 {
            throw .unsupported("The 'eoi' attribute of the 'apic' feature is not supported for \(place)")
        }
        let hasPageTable = features.hpt?.resizing != nil || features.hpt?.maxPageSize != nil
        for (name, isAsked, isKnown) in [
            ("pvspinlock", features.pvspinlock != nil, board.isX86),
            ("gic", features.gic != nil, board.isARMVirt),
            ("ioapic", features.ioapic != nil, board.isX86),
            ("hpt", hasPageTable, board.isPSeries),
            ("htm", features.htm != nil, board.isPSeries),
            ("nested-hv", features.nestedHV != nil, board.isPSeries),
            ("ccf-assist", features.ccfAssist != nil, board.isPSeries),
            ("cfpc", features.cfpc != nil, board.isPSeries),
            ("sbbc", features.sbbc != nil, board.isPSeries),
            ("ibs", features.ibs != nil, board.isPSeries),
            ("ras", features.ras != nil, board.isARMVirt),
            ("aia", features.aia != nil, board.isRISCVVirt),
            ("ps2", features.ps2 != nil, board.isX86),
        ] where isAsked && !isKnown {
            if name == "ras" { throw .unsupported("ras feature is only supported with ARM Virt machines") }
            if name == "aia" { throw .unsupported("aia feature is only supported with RISC-V Virt machines") }
            throw .unsupported("The '\(name)' feature is not supported for \(place)")
        }
    }

    private func checkSMM() throws(ConfigurationError) {
        guard let tseg = features.smm?.tseg, features.smm?.state != false else { return }
        if !board.isQ35 { throw .unsupported("SMM TSEG is only supported with q35 machine type") }
        if tseg.bytes % (1 << 20) != 0 {
            throw .unsupported("SMM TSEG size must be divisible by 1 MiB")
        }
    }
}
