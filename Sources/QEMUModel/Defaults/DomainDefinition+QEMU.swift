import Virt
import VirtXML
import XMLBinding

extension DomainDefinition {
    /// Fills in all that a definition leaves to QEMU, to the binary and to the host: what `define` stores and
    /// `dumpxml` shows. A pure function; filling in twice changes nothing.
    ///
    /// - Throws: `ConfigurationError` for what can't be, `XMLError` for what the document gets wrong.
    package mutating func fillQEMUDefaults(_ qemu: QEMUCapabilities, host: QEMUHost) throws {
        try checkKind()
        try checkDocument()
        filling("devices of the guest are plugged into it") { $0.devices.addHostdevControllers() }
        try fillGuest(qemu, host)
        fillHugePages()
        filling("memory is plugged into a cell, and where none is named all is one") { $0.fillOnlyCell(host) }
        try fillFirmware(qemu, host)
        try checkSMM()
        filling("controllers have numbers") { $0.devices.numberControllers() }
        try checkPCIRoot()
        try checkExpanders()
        addDefaultDevices(qemu)
        filling("the CPU that the machine has where none is named") { $0.fillDefaultCPU(qemu, host) }
        filling("what the machine has where nothing is said") { $0.fillQEMUFeatures(qemu, host) }
        try fillAllDevices(qemu, host)
        filling("a guest boots from its first disk where nothing has a turn") { $0.fillBootOrder() }
        try checkFilled()
        try assignAddresses(qemu, host)
        // Guests that are defined already may have been seen with other ports, and get them when they start.
        if host.updatesABI {
            try filling("the first free port of a USB bus") { try $0.assignUSB() }
        }
        filling("the first console is the first serial port") { $0.mirrorConsoleAddress() }
        try checkPlaces()
        try checkQEMU(qemu, host)
        try checkQEMUDevices(qemu, host)
        try checkTogether(qemu)
    }

    /// Fills in what isn't about devices.
    private mutating func fillGuest(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws {
        try filling("what this host's QEMU runs where nothing is said") {
            try $0.fillQEMUIdentity(qemu, host)
        }
        filling("guests are of the host's architecture") { $0.fillOperatingSystem(arch: host.architecture) }
        try filling("sizes of memory complete each other") { domain in
            let (total, current) = (domain.memory.total, domain.memory.current)
            try domain.fillMemory()
            // What the document says stands, even where its cells say something else.
            if let total, total.bytes > 0, !host.updatesABI {
                domain.memory.current = min(current ?? total, total)
                domain.memory.total = total
            }
        }
        // More than can be told of one by one: the machine's own limit is the better word.
        if vcpu.maximum > VCPUCount.limit { try checkVCPULimit(qemu) }
        try filling("CPUs are placed where they are told, if not by a service") { try $0.fillVCPUs() }
        filling("a guest that powers off or crashes ends, one that reboots starts anew") {
            $0.fillLifecycle()
        }
        filling("limits that are none, and who says where memory comes from") { $0.fillTuning() }
        filling("this host makes no labels") { $0.fillSeclabels() }
    }

    /// Fills in what devices leave open, and adds the controllers that they need.
    private mutating func fillAllDevices(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws {
        // First: one of the document's that names no bus isn't taken for it.
        filling("every PC has a PS/2 keyboard and mouse") { $0.addDefaultInputs() }
        filling("what a device of the kind is where nothing is said") { domain in
            for index in domain.devices.interfaces.indices {
                FillLog.current?.hint(
                    "devices/interface[\(index + 1)]/mac", "no two cards have the same: it is made up")
            }
            domain.fillDeviceDefaults(GeneralDefaults(arch: host.architecture, newMAC: host.newMAC))
        }
        filling("controllers have numbers") { $0.devices.numberControllers() }
        filling("the first serial port and the first console are one") { $0.fillConsoles() }
        filling("what QEMU's device of the kind is where nothing is said") { $0.fillQEMUDevices(qemu, host) }
        try filling("the place that the name of its target means") { domain in
            try domain.devices.fillDisks(scsiUnits: domain.scsiUnits)
        }
        filling("the first free unit of a SCSI bus") {
            $0.devices.fillHostdevAddresses(scsiUnits: $0.scsiUnits)
        }
        filling("devices of the guest are plugged into it") { $0.devices.addImplicitControllers() }
        try filling("the model that the machine has, or that all systems know") {
            try $0.fillQEMUControllers(qemu, updatesABI: host.updatesABI)
        }
        filling("the first free slot of the card reader") { $0.devices.fillSmartcardAddresses() }
        filling("a guest with a screen has a graphics card") { $0.fillVideo(model: $0.defaultVideo(qemu)) }
        filling("sound goes to who looks at the screen, or nowhere") { $0.addDefaultAudio() }
    }

    /// A label that names no model is one of the host's own, and this one has none that makes labels.
    private mutating func fillSeclabels() {
        for index in seclabels.indices {
            let label = seclabels[index], isOpen = label.type != .static && label.baseLabel == nil
            guard label.model == "none" || label.model == nil && isOpen else { continue }
            seclabels[index] = Seclabel()
            seclabels[index].type = .none
            seclabels[index].model = "none"
            seclabels[index].relabel = false
        }
    }

    /// A guest that memory can be plugged into has cells.
    private mutating func fillOnlyCell(_ host: QEMUHost) {
        guard host.updatesABI, memory.maximum != nil, cpu?.numa?.cells.isEmpty ?? true, !board.isS390
        else { return }
        let plugged = devices.memories.reduce(UInt64(0)) { $0 &+ ($1.target.size?.bytes ?? 0) }
        var cell = NUMACell()
        cell.id = 0
        cell.cpus = CPUSet((0..<Int(min(vcpu.maximum, 4096))).map { $0 })
        let total = memory.total?.bytes ?? 0
        cell.memory = ByteSize(bytes: total > plugged ? total - plugged : total)
        var cpu = cpu ?? GuestCPU()
        // Where nothing else is said of the processor, libvirt doesn't say this either.
        cpu.isUnsaid = self.cpu == nil
        cpu.numa = GuestNUMA()
        cpu.numa?.cells = [cell]
        self.cpu = cpu
        for index in devices.memories.indices where devices.memories[index].model != .virtioPmem {
            devices.memories[index].target.node = devices.memories[index].target.node ?? 0
        }
    }

    /// A guest without cells has one, which needn't be named.
    private mutating func fillHugePages() {
        guard cpu?.numa?.cells.isEmpty ?? true, var pages = memoryBacking?.hugepages else { return }
        for index in pages.indices where pages[index].nodeset == CPUSet([0]) { pages[index].nodeset = nil }
        memoryBacking?.hugepages = pages
    }

    /// Drops limits that are none, and settles who says where memory comes from.
    private mutating func fillTuning() {
        let unlimited: UInt64 = 9_007_199_254_740_991 << 10
        func limit(_ size: ByteSize?) -> ByteSize? { size.flatMap { $0.bytes >= unlimited ? nil : $0 } }
        if var tune = memtune {
            tune.hardLimit = limit(tune.hardLimit)
            tune.softLimit = limit(tune.softLimit)
            tune.swapHardLimit = limit(tune.swapHardLimit)
            memtune = tune == MemoryTune() ? nil : tune
        }
        guard var memory = numatune?.memory else { return }
        if memory.placement == nil, memory.nodeset == nil, vcpu.placement == .auto {
            memory.placement = .auto
        }
        if memory.placement == .auto { memory.nodeset = nil }
        numatune?.memory = memory
    }

    /// A console that is a serial port is where the port is.
    private mutating func mirrorConsoleAddress() {
        guard let serial = devices.serials.first, devices.consoles.first?.targetType == .serial else {
            return
        }
        devices.consoles[0].info = serial.info
    }

    private mutating func fillQEMUIdentity(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws {
        if genid != nil, genid?.id == nil { genid?.id = .random() }
        if os.arch == nil { os.arch = qemu.architecture }
        if devices.emulator == nil { devices.emulator = host.emulator(os.arch ?? "") ?? qemu.emulator }
        let offered = qemu.accelerations[QEMUAccelerator(type)] ?? qemu.accelerations.values.first
        if os.machine == nil {
            os.machine = offered?.defaultMachine(of: board.architecture).map { $0.alias ?? $0.name }
        }
        if host.resolvesMachineAliases, let machine = os.machine, let known = offered?.machine(named: machine)
        {
            filling("what the name of the machine stands for in this QEMU") { $0.os.machine = known.name }
        }
    }
}

extension QEMUAccelerator {
    package init(_ type: DomainDefinition.VirtType) {
        switch type {
        case .kvm: self = .kvm
        case .hvf: self = .hvf
        default: self = .tcg
        }
    }
}
