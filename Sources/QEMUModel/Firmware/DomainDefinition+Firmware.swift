import VirtXML

extension DomainDefinition {
    /// Finds the firmware that a document asks for or names, and writes down what it is. If there is none, the
    /// document stays as it is and the domain can't be started.
    mutating func fillFirmware(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        try checkFirmware(host)
        guard os.firmware != nil || os.loader?.path != nil else { return }
        let isCalledROM = os.loader?.type == .rom
        filling("firmware is a ROM unless it is said to be flash") { domain in
            if domain.os.firmware != nil { return }
            if domain.os.loader?.path != nil, domain.os.loader?.type == nil { domain.os.loader?.type = .rom }
        }
        let format = firmwareFormat(host)
        let request = FirmwareRequest(self, machine: canonicalMachine(qemu), format: format)
        if let found = request.choose(from: host.firmware) {
            filling("the first firmware that has all that is asked for: \(found.path)") {
                $0.take(found, host)
            }
        } else {
            if let firmware = os.firmware, host.updatesABI {
                if ["xen", "xenpvh"].contains(os.type) {
                    throw .detail("no loader path specified and firmware auto selection disabled")
                }
                throw .noFirmware(firmware.rawValue)
            }
            filling("no firmware descriptor names this file; it is known by its name, or raw") { domain in
                domain.takeKnownPair(host)
                // A new definition leaves open what it calls a ROM, which has but one.
                let isSaid = !host.updatesABI || !isCalledROM
                if format != nil || domain.os.loader?.path != nil && isSaid {
                    domain.setLoaderFormat(format ?? .raw)
                }
            }
        }
        filling("a guest's firmware variables are in a file of its own") { $0.fillVariables(host) }
    }

    /// The machine's full name, which descriptors know it by.
    private func canonicalMachine(_ qemu: QEMUCapabilities) -> String {
        let offered = qemu.accelerations[QEMUAccelerator(type)] ?? qemu.accelerations.values.first
        let name = os.machine ?? ""
        return offered?.machine(named: name)?.name ?? name
    }

    /// Old guests rely on raw images.
    private func firmwareFormat(_ host: QEMUHost) -> StorageFormat? {
        if let format = os.loader?.format { return format }
        if os.loader?.path != nil { return nil }
        if let format = os.nvram?.format { return format }
        return host.updatesABI ? nil : .raw
    }

    private mutating func setLoaderFormat(_ format: StorageFormat) {
        var loader = os.loader ?? Loader()
        loader.format = loader.format ?? format
        os.loader = loader
    }

    private mutating func take(_ found: FirmwareDescriptor, _ host: QEMUHost) {
        var loader = os.loader ?? Loader()
        loader.path = found.mapping.code.path
        loader.format = StorageFormat(rawValue: found.mapping.code.format)
        switch found.mapping {
        case .memory: loader.type = .rom
        default:
            loader.type = .pflash
            loader.readonly = true
            if found.features.contains("requires-smm") { loader.secure = true }
            if case .stateless = found.mapping { loader.stateless = true }
        }
        os.loader = loader
        os.firmware = found.interfaces.contains("uefi") ? .efi : .bios
        if found.features.contains("requires-smm") { requireSMM() }
        takeVariables(found)
        writeFeatures(found)
    }

    private mutating func requireSMM() {
        var smm = features.smm ?? .init()
        smm.state = true
        features.smm = smm
    }

    private mutating func takeVariables(_ found: FirmwareDescriptor) {
        guard case .split(_, let template) = found.mapping else { return }
        var nvram = os.nvram ?? NVRAM()
        nvram.format = nvram.format ?? StorageFormat(rawValue: template.format)
        if !nvram.isRemote {
            nvram.template = template.path
            nvram.templateFormat = StorageFormat(rawValue: template.format)
        }
        os.nvram = nvram
    }

    /// Of variables that somebody else made it isn't known which keys they hold.
    private mutating func writeFeatures(_ found: FirmwareDescriptor) {
        os.firmwareFeatures = [FirmwareFeature.Name.enrolledKeys, .secureBoot].compactMap { name in
            if name == .enrolledKeys, os.nvram?.isRemote == true { return nil }
            var feature = FirmwareFeature()
            feature.name = name
            feature.enabled = found.features.contains(name.rawValue)
            return feature
        }
    }

    /// Firmware without a descriptor may be known by its path.
    private mutating func takeKnownPair(_ host: QEMUHost) {
        guard let loader = os.loader, loader.type == .pflash, loader.stateless != true,
            let path = loader.path,
            let pair = host.firmwarePairs.first(where: { $0.code == path }), os.nvram?.isRemote != true
        else { return }
        var nvram = os.nvram ?? NVRAM()
        if nvram.template == nil { nvram.template = pair.template }
        if nvram.template == pair.template { nvram.templateFormat = nvram.templateFormat ?? .raw }
        os.nvram = nvram
    }

    /// A guest's variables are in a file of its own.
    private mutating func fillVariables(_ host: QEMUHost) {
        guard let loader = os.loader, loader.type == .pflash, loader.path != nil else { return }
        let isNeeded = loader.readonly == true && loader.stateless != true
        guard var nvram = os.nvram ?? (isNeeded ? NVRAM() : nil) else { return }
        if nvram.path == nil, nvram.source == nil {
            // What is copied from nowhere is as the code is.
            nvram.format = nvram.template == nil ? loader.format ?? .raw : nvram.format ?? .raw
            let ending = nvram.format == .qcow2 ? "qcow2" : "fd"
            nvram.path = "\(host.nvramFolder)/\(name)_VARS.\(ending)"
        }
        nvram.format = nvram.format ?? .raw
        os.nvram = nvram
    }

    /// What a document must not ask of its firmware.
    private func checkFirmware(_ host: QEMUHost) throws(ConfigurationError) {
        let loader = os.loader
        if let format = loader?.format, format != .raw, format != .qcow2 {
            throw .xml("Unsupported loader format '\(format.rawValue)'")
        }
        let wantsVariables = os.nvram != nil || loader?.stateless == false
        if os.firmware == nil, loader?.path == nil, loader != nil || os.nvram != nil {
            try checkFirmwareFeatures(host)
            throw .detail("no loader path specified and firmware auto selection disabled")
        }
        if os.firmware == .bios, wantsVariables { throw .detail("Only EFI firmware permits NVRAM") }
        if os.firmware == nil, loader?.path != nil, loader?.type != .pflash, loader?.stateless == false {
            throw .detail("Only pflash loader type permits NVRAM")
        }
        if loader?.stateless == true, os.nvram?.template != nil {
            throw .detail("NVRAM template is not permitted when loader is stateless")
        }
        if loader?.stateless == true, os.nvram != nil {
            throw .detail("NVRAM is not permitted when loader is stateless")
        }
        if os.feature(.enrolledKeys) == true, os.feature(.secureBoot) == false {
            throw .detail(
                "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is disabled"
            )
        }
        try checkFirmwareFeatures(host)
    }

    private func checkFirmwareFeatures(_ host: QEMUHost) throws(ConfigurationError) {
        guard os.firmware == nil, !os.firmwareFeatures.isEmpty, host.updatesABI else { return }
        throw .detail(
            "cannot use feature-based firmware autoselection when firmware autoselection is disabled")
    }

    /// Who names a loader that guards what is booted has said how that is guarded.
    private func checkSecureBoot() throws(ConfigurationError) {
        guard os.firmware == nil, os.loader?.path != nil, os.loader?.secure == true else { return }
        if !board.isQ35 { throw .unsupported("Secure boot is supported with q35 machine types only") }
        if features.smm?.state != true { throw .unsupported("Secure boot requires SMM feature enabled") }
    }

    /// Firmware finds the machine by tables, or by the tables' absence.
    func checkACPI(_ host: QEMUHost) throws(ConfigurationError) {
        if features.acpi, !board.hasACPI, board.isARM || host.updatesABI {
            throw .unsupported("machine type '\(os.machine ?? "")' does not support ACPI")
        }
        let isUEFI = os.firmware == .efi || os.loader?.type == .pflash
        if board.isX86, isUEFI, !features.acpi {
            throw .unsupported("UEFI requires ACPI on this architecture")
        }
        if board.acpiNeedsUEFI, board.isVirt, features.acpi, !isUEFI {
            throw .unsupported("ACPI requires UEFI on this architecture")
        }
        try checkSecureBoot()
    }
}

extension NVRAM {
    /// Whether the variables are where the daemon can't make them.
    var isRemote: Bool { source?.type == .network }
}
