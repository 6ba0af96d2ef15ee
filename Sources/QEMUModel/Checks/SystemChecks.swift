import ByteText
import VirtXML

extension DomainDefinition {
    /// What QEMU has no word for, or only on some machines.
    func checkWhole(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if memtune?.minGuarantee != nil {
            throw .unsupported("Parameter 'min_guarantee' not supported by QEMU.")
        }
        if genid != nil, !qemu.has("vmgenid") {
            throw .unsupported("this QEMU does not support the 'genid' capability")
        }
        if os.biosUseSerial == true {
            if !board.isX86 { throw .unsupported("BIOS serial console only supported on x86 architectures") }
            if devices.serials.isEmpty {
                throw .xml("need at least one serial port to use BIOS serial output")
            }
        }
    }

    func checkFirmwareTables() throws(ConfigurationError) {
        if os.acpiTables.contains(where: { $0.type == .rawset }) {
            throw .unsupported("ACPI table type 'rawset' is not supported")
        }
        if os.shim != nil, os.kernel == nil {
            throw .unsupported("shim only allowed with kernel option")
        }
        if bootloader != nil || bootloaderArguments != nil {
            throw .unsupported("bootloader is not supported by QEMU")
        }
    }

    /// Names under which firmware finds what the document gives it.
    func checkFirmwareNames() throws(ConfigurationError) {
        for entry in sysinfo.filter({ $0.type == .fwcfg }).flatMap(\.entries) {
            if !entry.name.hasBytePrefix("opt/") { throw .unsupported("Invalid firmware name") }
            if entry.name.hasBytePrefix("opt/ovmf/") || entry.name.hasBytePrefix("opt/org.qemu/") {
                throw .unsupported("That firmware name is reserved")
            }
        }
    }

    /// Users of a container, which a guest of QEMU never has.
    func checkUserMap() throws(ConfigurationError) {
        guard let map = idmap else { return }
        if map.users.isEmpty != map.groups.isEmpty {
            throw .unsupported("uid and gid should be mapped both")
        }
        if [map.users, map.groups].contains(where: { ($0.map(\.start).min() ?? 0) != 0 }) {
            throw .unsupported("You must map the root user of container")
        }
    }

    func checkSecurity(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        switch launchSecurity?.type {
        case .sev?:
            if !qemu.has("sev-guest") || qemu.sev == nil {
                throw .unsupported("'sev' launch security is not supported with this QEMU binary")
            }
            if launchSecurity?.kernelHashes != nil, !qemu.has("sev-guest", "kernel-hashes") {
                throw .unsupported("SEV measured direct kernel boot is not supported with this QEMU binary")
            }
        case .sevSNP?:
            if !qemu.has("sev-snp-guest") || type != .kvm && qemu.sev == nil {
                throw .unsupported("'sev-snp' launch security is not supported with this QEMU binary")
            }
        case .s390PV?:
            if !qemu.has("s390-pv-guest") || !board.isS390 {
                throw .unsupported("'s390-pv' launch security is not supported with this QEMU binary")
            }
        case nil: break
        }
    }

    /// What the boot menu, and the loader of a device, can be told.
    func checkBoot() throws(ConfigurationError) {
        let loadparms = devices.infos.compactMap(\.boot?.loadparm)
        if let wrong = loadparms.last(where: { !(1...8).contains($0.count) }) {
            throw .internal("loadparm value '\(wrong.uppercased())' must be between 1 and 8 characters")
        }
        if let timeout = os.bootMenu?.timeout, timeout > 65535 {
            throw .unsupported("invalid value for boot menu timeout, must be in range [0,65535]")
        }
    }
}
