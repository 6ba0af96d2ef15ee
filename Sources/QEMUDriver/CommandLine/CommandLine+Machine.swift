import JSON
import VirtXML

extension QEMUCommandLine {
    /// The firmware's code and variables, as flash.
    mutating func addFlash() throws(ConfigurationError) {
        for flash in guest.flashImages {
            var graph = BlockGraph(guest: guest)
            _ = try graph.add(flash)
            try add(graph.parts)
        }
    }

    mutating func addMachineOptions() throws(ConfigurationError) {
        var machine = OptionText(domain.os.machine ?? "")
        machine.add("usb", on: false)
        addInterrupts(to: &machine)
        addPlatform(to: &machine)
        if domain.memoryBacking?.nosharepages == true { machine.add("mem-merge", on: false) }
        machine.add("dump-guest-core", on: domain.memory.dumpCore ?? false)
        if domain.devices.memories.contains(where: { $0.model == .nvdimm }) {
            machine.add("nvdimm", on: true)
        }
        if let backend = guest.machineMemoryBackend { machine.add("memory-backend", backend) }
        if domain.launchSecurity != nil { machine.add("confidential-guest-support", "lsec0") }
        if domain.os.biosUseSerial == true { machine.add("graphics", on: false) }
        addFirmware(to: &machine)
        addPSeries(to: &machine)
        addTables(to: &machine)
        try arguments.add("-machine", machine)
    }

    private func addInterrupts(to machine: inout OptionText) {
        for cipher in domain.keywrap { machine.add("\(cipher.name.rawValue)-key-wrap", on: cipher.state) }
        if let state = domain.features.vmport { machine.add("vmport", on: state) }
        if let state = domain.features.ps2, state == false || domain.features.ps2 != nil {
            machine.add("i8042", on: state)
        }
        if let smm = domain.features.smm?.state { machine.add("smm", on: smm) }
        if let ioapic = domain.features.ioapic {
            machine.add("kernel_irqchip", ioapic == .qemu ? "split" : "on")
        }
    }

    private func addPlatform(to machine: inout OptionText) {
        if let gic = domain.features.gic?.version, domain.board.isARM {
            machine.add("gic-version", gic.rawValue)
        }
        if domain.devices.iommus.contains(where: { $0.model == .smmuv3 }) { machine.add("iommu", "smmuv3") }
        machine.add("ras", on: domain.features.ras)
        machine.add("aia", domain.features.aia)
    }

    private func addFirmware(to machine: inout OptionText) {
        for (index, flash) in guest.flashImages.enumerated() {
            machine.add("pflash\(index)", guest.topNode(of: flash))
        }
    }

    private func addPSeries(to machine: inout OptionText) {
        if let hpt = domain.features.hpt {
            machine.add("resize-hpt", hpt.resizing?.rawValue)
            machine.add("cap-hpt-max-page-size", hpt.maxPageSize.map { "\($0.kibibytes)k" })
        }
        machine.add("cap-htm", on: domain.features.htm)
        machine.add("cap-nested-hv", on: domain.features.nestedHV)
        machine.add("cap-ccf-assist", on: domain.features.ccfAssist)
        machine.add("cap-cfpc", domain.features.cfpc)
        machine.add("cap-sbbc", domain.features.sbbc)
        machine.add("cap-ibs", domain.features.ibs)
        if domain.board.isPSeries, domain.cpu?.mode == .hostModel,
            let model = domain.cpu?.model?.name
        {
            machine.add("max-cpu-compat", model)
        }
    }

    private func addTables(to machine: inout OptionText) {
        if let loadparm = guest.machineLoadparm { machine.add("loadparm", loadparm) }
        if let hpet = domain.timer(.hpet)?.present, qemu.option("machine", has: "hpet") {
            machine.add("hpet", on: hpet)
        }
        if domain.board.hasACPI, guest.acpiIsMachineOption {
            machine.add("acpi", on: domain.features.acpi)
        }
        if domain.devices.sounds.contains(where: { $0.model == .pcspk }) {
            machine.add(
                "pcspk-audiodev", guest.audio(domain.devices.sounds.first { $0.model == .pcspk }?.audioID))
        }
    }

    mutating func addAccelerator() throws(ConfigurationError) {
        var accel: OptionText
        switch domain.type {
        case .kvm:
            accel = OptionText("kvm")
            if domain.features.kvm?.dirtyRing == true {
                accel.add("dirty-ring-size", domain.features.kvm?.dirtyRingSize)
            }
        case .hvf: accel = OptionText("hvf")
        default:
            accel = OptionText("tcg")
            accel.add("tb-size", domain.features.tcgTBCache.map { $0.bytes >> 20 })
        }
        try arguments.add("-accel", accel)
    }

    mutating func addTSEG() throws(ConfigurationError) {
        guard let tseg = domain.features.smm?.tseg else { return }
        var property = OptionText()
        property.add("mch.extended-tseg-mbytes", tseg.bytes >> 20)
        try arguments.add("-global", property)
    }

    mutating func addBIOS() throws(ConfigurationError) {
        guard let loader = domain.os.loader else { return }
        if loader.type == .rom, let path = loader.path { try arguments.add("-bios", path) }
        guard loader.type == .pflash, loader.secure == true else { return }
        var property = OptionText()
        property.add("driver", "cfi.pflash01")
        property.add("property", "secure")
        property.add("value", on: true)
        try arguments.add("-global", property)
    }
}
