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
        // Some are refused by the machines that have them.
        let known: [(name: String, isAsked: Bool, isKnown: Bool, machines: String?)] = [
            ("pvspinlock", features.pvspinlock != nil, board.isX86, nil),
            ("gic", features.gic != nil, board.isARMVirt, nil),
            ("ioapic", features.ioapic != nil, board.isX86, nil),
            ("hpt", hasPageTable, board.isPSeries, nil),
            ("htm", features.htm != nil, board.isPSeries, nil),
            ("nested-hv", features.nestedHV != nil, board.isPSeries, nil),
            ("ccf-assist", features.ccfAssist != nil, board.isPSeries, nil),
            ("cfpc", features.cfpc != nil, board.isPSeries, nil),
            ("sbbc", features.sbbc != nil, board.isPSeries, nil),
            ("ibs", features.ibs != nil, board.isPSeries, nil),
            ("ras", features.ras != nil, board.isARMVirt, "ARM Virt"),
            ("aia", features.aia != nil, board.isRISCVVirt, "RISC-V Virt"),
            ("ps2", features.ps2 != nil, board.isX86, nil),
        ]
        for (name, isAsked, isKnown, machines) in known where isAsked && !isKnown {
            guard let machines else {
                throw .unsupported("The '\(name)' feature is not supported for \(place)")
            }
            throw .unsupported("\(name) feature is only supported with \(machines) machines")
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
