import JSON
import VirtXML

extension QEMUCommandLine {
    /// The firmware's code and variables, as flash.
    mutating func addFlash() throws(ConfigurationError) {
        for (flash, element) in zip(guest.flashImages, Self.flashElements) {
            var graph = BlockGraph(guest: guest)
            _ = try graph.add(flash)
            try add(graph.parts, from: .element(element))
        }
    }

    /// What the machine's flash devices come from.
    private static let flashElements = ["os/loader", "os/nvram"]

    mutating func addMachineOptions() throws(ConfigurationError) {
        var machine = OptionText(domain.os.machine ?? "")
        machine.from(.roost("USB controllers are devices of their own")) { $0.add("usb", on: false) }
        addInterrupts(to: &machine)
        addPlatform(to: &machine)
        addPSeries(to: &machine)
        addMemory(to: &machine)
        if domain.launchSecurity != nil {
            machine.from("launchSecurity") { $0.add("confidential-guest-support", "lsec0") }
        }
        addFirmware(to: &machine)
        addTables(to: &machine)
        try arguments.add("-machine", machine, from: .element("os/type"))
    }

    private func addMemory(to machine: inout OptionText) {
        machine.from("memory") { $0.add("dump-guest-core", on: domain.memory.dumpCore ?? false) }
        if domain.memoryBacking?.nosharepages == true {
            machine.from("memoryBacking/nosharepages") { $0.add("mem-merge", on: false) }
        }
        if let index = domain.devices.memories.firstIndex(where: { $0.model == .nvdimm }) {
            machine.from(.device(MemoryDevice.self, index)) { $0.add("nvdimm", on: true) }
        }
        if let backend = guest.machineMemoryBackend {
            machine.from("memory") { $0.add("memory-backend", backend) }
        }
    }

    private func addInterrupts(to machine: inout OptionText) {
        for (index, cipher) in domain.keywrap.enumerated() {
            machine.from(.one("keywrap/cipher", index)) {
                $0.add("\(cipher.name.rawValue)-key-wrap", on: cipher.state)
            }
        }
        machine.from("features/vmport") { $0.add("vmport", on: domain.features.vmport) }
        machine.from("features/smm") { $0.add("smm", on: domain.features.smm?.state) }
        if let ioapic = domain.features.ioapic {
            machine.from("features/ioapic") { $0.add("kernel_irqchip", ioapic == .qemu ? "split" : "on") }
        }
        machine.from("features/ps2") { $0.add("i8042", on: domain.features.ps2) }
    }

    private func addPlatform(to machine: inout OptionText) {
        if let gic = domain.features.gic?.version, domain.board.isARM, qemu.architecture == "aarch64" {
            machine.from("features/gic") { $0.add("gic-version", gic.rawValue) }
        }
        if let index = domain.devices.iommus.firstIndex(where: { $0.model == .smmuv3 }) {
            machine.from(.device(IOMMUDevice.self, index)) { $0.add("iommu", "smmuv3") }
        }
        machine.from("features/ras") { $0.add("ras", on: domain.features.ras) }
        machine.from("features/aia") { $0.add("aia", domain.features.aia?.rawValue) }
    }

    private func addSpeaker(to machine: inout OptionText) {
        guard let index = domain.devices.sounds.firstIndex(where: { $0.model == .pcspk }) else { return }
        machine.from(.device(SoundDevice.self, index)) {
            $0.add("pcspk-audiodev", guest.audio(domain.devices.sounds[index].audioID))
        }
    }

    private func addFirmware(to machine: inout OptionText) {
        for (index, flash) in guest.flashImages.enumerated() {
            machine.from(Self.flashElements[index]) { $0.add("pflash\(index)", guest.topNode(of: flash)) }
        }
    }

    private func addPSeries(to machine: inout OptionText) {
        let features = domain.features
        machine.from("features/hpt") { text in
            text.add("resize-hpt", features.hpt?.resizing?.rawValue)
            text.add("cap-hpt-max-page-size", features.hpt?.maxPageSize.map { "\($0.kibibytes)k" })
        }
        machine.from("features/htm") { $0.add("cap-htm", on: features.htm) }
        machine.from("features/nested-hv") { $0.add("cap-nested-hv", on: features.nestedHV) }
        machine.from("features/ccf-assist") { $0.add("cap-ccf-assist", on: features.ccfAssist) }
        machine.from("features/cfpc") { $0.add("cap-cfpc", features.cfpc?.rawValue) }
        machine.from("features/sbbc") { $0.add("cap-sbbc", features.sbbc?.rawValue) }
        machine.from("features/ibs") { $0.add("cap-ibs", features.ibs?.rawValue) }
    }

    private func addTables(to machine: inout OptionText) {
        if guest.hasMemoryAttributes { machine.from("cpu/numa") { $0.add("hmat", on: true) } }
        if domain.os.biosUseSerial == true { machine.from("os/bios") { $0.add("graphics", on: false) } }
        if let loadparm = guest.machineLoadparm { machine.add("loadparm", loadparm) }
        // Each is told, though the last counts.
        for timer in domain.clock.timers
        where timer.name == .hpet && qemu.option("machine", has: "hpet") {
            guard let isPresent = timer.present else { continue }
            machine.from(domain.origin(of: .hpet)) { $0.add("hpet", on: isPresent) }
        }
        addSpeaker(to: &machine)
        if domain.board.isPSeries, domain.cpu?.mode == .hostModel, let model = domain.cpu?.model?.name {
            machine.from("cpu") { $0.add("max-cpu-compat", model) }
        }
        if domain.board.hasACPI, guest.acpiIsMachineOption {
            let acpi: QEMUOrigin =
                domain.features.acpi ? .element("features/acpi") : .roost("there is no <acpi/> in <features>")
            machine.from(acpi) { $0.add("acpi", on: domain.features.acpi) }
        }
    }

    mutating func addAccelerator() throws(ConfigurationError) {
        var accel: OptionText
        switch domain.type {
        case .kvm:
            accel = OptionText("kvm")
            if domain.features.kvm?.dirtyRing == true {
                accel.from("features/kvm") { $0.add("dirty-ring-size", domain.features.kvm?.dirtyRingSize) }
            }
        case .hvf: accel = OptionText("hvf")
        default:
            accel = OptionText("tcg")
            accel.from("features/tcg") {
                $0.add("tb-size", domain.features.tcgTBCache.map { $0.bytes >> 20 })
            }
        }
        try arguments.add("-accel", accel, from: .element("@type"))
    }

    mutating func addTSEG() throws(ConfigurationError) {
        guard let tseg = domain.features.smm?.tseg else { return }
        var property = OptionText()
        property.add("mch.extended-tseg-mbytes", tseg.bytes >> 20)
        try arguments.add("-global", property, from: .element("features/smm"))
    }

    mutating func addBIOS() throws(ConfigurationError) {
        guard let loader = domain.os.loader else { return }
        if loader.type == .rom, let path = loader.path {
            try arguments.add("-bios", path, from: .element("os/loader"))
        }
        guard loader.type == .pflash, loader.secure == true else { return }
        var property = OptionText()
        property.add("driver", "cfi.pflash01")
        property.add("property", "secure")
        property.add("value", on: true)
        try arguments.add("-global", property, from: .element("os/loader"))
    }
}
