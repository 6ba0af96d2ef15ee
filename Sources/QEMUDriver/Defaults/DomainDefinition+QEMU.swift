import VirtXML
import XMLBinding

extension DomainDefinition {
    /// Fills in all that a definition leaves to QEMU, to the binary and to the host: what `define` stores and
    /// `dumpxml` shows. A pure function; filling in twice changes nothing.
    ///
    /// - Throws: `ConfigurationError` for what can't be, `XMLError` for what the document gets wrong.
    public mutating func fillQEMUDefaults(_ qemu: QEMUCapabilities, host: QEMUHost) throws {
        try fillQEMUIdentity(qemu, host)
        fillOperatingSystem(arch: host.architecture)
        let (total, current) = (memory.total, memory.current)
        try fillMemory()
        // What the document says stands, even where its cells say something else.
        if let total, total.bytes > 0, !host.updatesABI {
            memory.current = min(current ?? total, total)
            memory.total = total
        }
        try fillVCPUs()
        fillLifecycle()
        fillTuning()
        fillSeclabels()
        try checkQEMU(qemu, host)
        try fillFirmware(qemu, host)
        devices.numberControllers()
        addDefaultDevices(qemu)
        fillDefaultCPU(qemu, host)
        fillQEMUFeatures(qemu, host)
        fillDeviceDefaults(GeneralDefaults(arch: host.architecture, newMAC: host.newMAC))
        devices.numberControllers()
        fillConsoles()
        fillQEMUDevices(qemu, host)
        try devices.fillDisks(scsiUnits: scsiUnits)
        devices.fillHostdevAddresses(scsiUnits: scsiUnits)
        devices.addImplicitControllers()
        try fillQEMUControllers(qemu, updatesABI: host.updatesABI)
        devices.fillSmartcardAddresses()
        fillVideo(model: defaultVideo(qemu))
        addDefaultInputs()
        addDefaultAudio()
        fillBootOrder()
        try assignAddresses(qemu)
        // Guests that are defined already may have been seen with other ports, and get them when they start.
        if host.updatesABI { try assignUSB() }
        mirrorConsoleAddress()
        try checkQEMUDevices(qemu)
    }

    /// A label that names no model is one of the host's own, and this one has none that makes labels.
    private mutating func fillSeclabels() {
        for index in seclabels.indices where seclabels[index].model == nil {
            guard seclabels[index].type != .static, seclabels[index].baseLabel == nil else { continue }
            seclabels[index].type = .none
            seclabels[index].model = "none"
            seclabels[index].relabel = false
        }
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
        if os.arch == nil { os.arch = qemu.architecture }
        if devices.emulator == nil { devices.emulator = host.emulator(os.arch ?? "") ?? qemu.emulator }
        let offered = qemu.accelerations[QEMUAccelerator(type)] ?? qemu.accelerations.values.first
        if os.machine == nil { os.machine = offered?.defaultMachine.map { $0.alias ?? $0.name } }
        if host.resolvesMachineAliases, let machine = os.machine, let known = offered?.machine(named: machine)
        {
            os.machine = known.name
        }
    }
}

extension QEMUAccelerator {
    init(_ type: DomainDefinition.VirtType) {
        switch type {
        case .kvm: self = .kvm
        case .hvf: self = .hvf
        default: self = .tcg
        }
    }
}
