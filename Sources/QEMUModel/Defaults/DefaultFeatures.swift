import VirtXML

extension DomainDefinition {
    /// Fills in the features that depend on the board, and the RTC's and timers' forms.
    mutating func fillQEMUFeatures(_ qemu: QEMUCapabilities, _ host: QEMUHost) {
        fillInterruptController(qemu)
        if devices.iommus.contains(where: { $0.driver?.intremap == true }),
            features.ioapic == nil
        {
            features.ioapic = .qemu
        }
        if os.firmware == .efi { fillSMM() }
        if features.smm?.state == false { features.smm?.tseg = nil }
    }

    private mutating func fillInterruptController(_ qemu: QEMUCapabilities) {
        guard board.isARMVirt else { return }
        guard features.gic?.version == nil else { return }
        let known = qemu.gics
        func has(_ version: Int64) -> Bool {
            known.contains { $0.version == version && (type == .kvm ? $0.isInKernel : $0.isEmulated) }
        }
        var gic = features.gic ?? .init()
        if type == .kvm {
            gic.version = has(2) ? .v2 : has(3) ? .v3 : .v2
        } else {
            gic.version = .v2
        }
        features.gic = gic
    }

    /// Secure boot is guarded by it.
    private mutating func fillSMM() {
        guard os.loader?.secure == true, board.isX86, features.smm?.state == nil else { return }
        var smm = features.smm ?? .init()
        smm.state = true
        features.smm = smm
    }
}
