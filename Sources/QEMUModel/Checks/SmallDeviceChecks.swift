import ByteText
import VirtXML

extension DomainDefinition {
    package func check(_ watchdog: WatchdogDevice) throws(ConfigurationError) {
        let kind = watchdog.info.address?.kind
        switch watchdog.model {
        case .i6300esb where kind != nil && kind != .pci:
            throw .unsupported("i6300esb model of watchdog can go only on PCI bus")
        case .ib700 where !board.isI440FX:
            throw .unsupported("ib700 model of watchdog cannot be used with this machine type")
        case .ib700 where kind != nil:
            throw .unsupported("ib700 model of watchdog does not support configuring the address")
        case .diag288 where kind != nil:
            throw .unsupported("diag288 model of watchdog is virtual and cannot go on any bus.")
        case .diag288 where !board.isS390:
            throw .unsupported("diag288 model of watchdog is allowed for s390 and s390x only")
        case .itco where kind != nil:
            throw .unsupported(
                "itco model of watchdog is part of the machine and cannot have any address set.")
        case .itco where !board.isQ35:
            throw .unsupported("itco model of watchdog is only part of q35 machine")
        default: break
        }
    }

    /// All watchdogs do the same.
    func checkWatchdogs() throws(ConfigurationError) {
        for watchdog in devices.watchdogs {
            try checkPlace(watchdog.info)
            for model in [WatchdogDevice.Model.itco, .ib700, .diag288]
            where devices.watchdogs.filter({ $0.model == model }).count > 1 {
                throw .unsupported("domain can only have one watchdog with model '\(model.rawValue)'")
            }
            if watchdog.action != devices.watchdogs.first?.action {
                throw .unsupported("watchdogs with different actions are not supported with this QEMU binary")
            }
            try check(watchdog)
        }
    }

    func checkSmartcards() throws(ConfigurationError) {
        for card in devices.smartcards {
            if let kind = card.info.address?.kind, kind != .ccid, kind != .unassigned {
                throw .unsupported("Controllers must use the 'ccid' address type")
            }
            try checkAssigned(card.info)
            if case .passthrough(let source) = card.card { try checkEnd(source) }
            try checkInfo(card.info)
            if devices.smartcards.count > 1 {
                throw .unsupported("this QEMU binary lacks multiple smartcard support")
            }
            if case .passthrough(let source) = card.card { try checkOwn(source) }
            if case .ccid(let place)? = card.info.address, place.controller != 0 || place.slot != 0 {
                throw .unsupported("this QEMU binary lacks multiple smartcard support")
            }
        }
    }

    /// Devices of which little is asked, from the balloon to trusted platform modules.
    func checkSmallDevices(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if let balloon = devices.memballoon {
            try checkPlace(balloon.info)
            if balloon.model == .xen {
                throw .unsupported(
                    "Memory balloon device type 'xen' is not supported by this version of qemu")
            }
        }
        for rng in devices.rngs {
            try checkAssigned(rng.info)
            if case .egd(let source) = rng.backend { try checkEnd(source) }
            try checkInfo(rng.info)
            if case .egd(let source) = rng.backend { try checkOwn(source) }
        }
        if let nvram = devices.nvram {
            try checkPlace(nvram.info)
            if !board.isPSeries { throw .unsupported("nvram device is only supported for PPC64") }
        }
        for hub in devices.hubs { try checkPlace(hub.info) }
        for shmem in devices.shmems { try check(shmem, qemu) }
        for tpm in devices.tpms { try check(tpm, qemu) }
    }

    /// Those that come last.
    func checkLateDevices(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        if let vsock = devices.vsock {
            try checkAssigned(vsock.info)
            if let cid = vsock.cid, cid < 3 { throw .unsupported("guest CIDs must be >= 3") }
            try checkInfo(vsock.info)
        }
        for crypto in devices.cryptos {
            try checkPlace(crypto.info)
            if crypto.backend == .lkcf {
                throw .unsupported("crypto backend \(crypto.backend.rawValue) is not supported")
            }
        }
        guard let pstore = devices.pstore else { return }
        try checkAssigned(pstore.info)
        if let size = pstore.size, size.bytes < 8 << 10 || size.bytes & (size.bytes - 1) != 0 {
            throw .xml("invalid size of ACPI ERST pstore device")
        }
        try checkInfo(pstore.info)
        if !qemu.has("acpi-erst") {
            throw .unsupported("acpi-erst backend of pstore device is not supported")
        }
        if let kind = pstore.info.address?.kind, kind != .pci {
            throw .unsupported("ACPI ERST device must reside on a PCI bus")
        }
    }

    package func check(_ shmem: ShmemDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(shmem.info)
        if shmem.name.contains(byte: "/") { throw .unsupported("shmem name cannot include '/' character") }
        if shmem.name == "." || shmem.name == ".." {
            throw .unsupported("shmem name cannot be equal to '\(shmem.name)'")
        }
        try checkInfo(shmem.info)
        let model = shmem.model.rawValue
        switch shmem.model {
        case .ivshmem: throw .unsupported("ivshmem device is no longer supported")
        case .plain, .doorbell:
            if (shmem.server != nil) != (shmem.model == .doorbell) {
                let state = shmem.model == .plain ? "disabled" : "enabled"
                throw .unsupported("shmem model '\(model)' is supported only with server option \(state)")
            }
            if shmem.model == .doorbell, shmem.size != nil {
                throw .unsupported("shmem model 'ivshmem-doorbell' does not support size setting")
            }
            if !qemu.has(model) {
                throw .unsupported("shmem model '\(model)' is not supported by this QEMU binary")
            }
        }
        if let size = shmem.size, size.bytes < 1 << 20 || size.bytes & (size.bytes - 1) != 0 {
            throw .xml("shmem size must be a power of 2 and at least 1 MiB (1024 KiB)")
        }
    }

    package func check(_ tpm: TPMDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(tpm.info)
        if !tpm.pcrBanks.isEmpty, tpm.version != .v2_0 {
            throw .xml("<active_pcr_banks/> requires TPM version '2.0'")
        }
        if tpm.profile?.source != nil, tpm.version != .v2_0 {
            throw .xml("<profile/> requires TPM version '2.0'")
        }
        if tpm.backend == .external { try checkExternal(tpm.source) }
        try checkInfo(tpm.info)
        try checkVersion(of: tpm)
        let program = "The QEMU executable \(qemu.emulator)"
        if !qemu.hasTPMBackend(tpm.backend) {
            throw .unsupported("\(program) does not support TPM backend type \(tpm.backend.rawValue)")
        }
        if let model = tpm.model, !qemu.has(model.rawValue), model != .tis || !qemu.has("tpm-tis-device") {
            throw .unsupported("\(program) does not support TPM model \(model.rawValue)")
        }
        if tpm.model == .spaprProxy, tpm.backend != .passthrough {
            throw .unsupported("TPM Proxy model spapr-tpm-proxy requires 'Passthrough' backend")
        }
    }

    private func checkExternal(_ source: TPMDevice.Source?) throws(ConfigurationError) {
        guard let source else { throw .xml("missing external TPM backend source type") }
        if source.type != "unix" {
            throw .xml("only source type 'unix' is supported for external TPM device")
        }
        if let mode = source.mode, mode != "connect" {
            throw .xml("only 'connect' mode is supported for external TPM device")
        }
        if source.path == nil { throw .xml("missing socket path for external TPM device") }
    }

    private func checkVersion(of tpm: TPMDevice) throws(ConfigurationError) {
        guard tpm.backend == .emulator, tpm.version == .v1_2 else { return }
        if let model = tpm.model, model != .tis {
            throw .unsupported("TPM 1.2 is not supported for model '\(model.rawValue)'")
        }
        if !board.isX86 {
            throw .unsupported("TPM 1.2 is not supported on architecture '\(os.arch ?? "")'")
        }
    }

    func checkRedirection() throws(ConfigurationError) {
        for rule in devices.redirFilter?.rules ?? [] {
            if let text = rule.usbClass, let number = UInt32(text.dropFirst(2), radix: 16), number > 0xff {
                throw .internal("Invalid USB Class code 0x\(String(number, radix: 16))")
            }
            guard let version = rule.version else { continue }
            let parts = version.split(atByte: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), parts.allSatisfy({ UInt8($0) != nil && $0.count <= 2 })
            else { throw .xml("Cannot parse USB device version \(version)") }
        }
    }
}

extension QEMUCapabilities {
    /// Whether a trusted platform module may be served so.
    fileprivate func hasTPMBackend(_ kind: TPMDevice.Kind) -> Bool {
        let devices = ["tpm-tis", "tpm-crb", "tpm-tis-device", "tpm-spapr", "tpm-spapr-proxy"]
        return devices.contains(where: has)
    }
}
