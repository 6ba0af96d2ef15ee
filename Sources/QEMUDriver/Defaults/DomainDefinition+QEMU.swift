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
        try fillMemory()
        try fillVCPUs()
        fillLifecycle()
        try checkQEMU(qemu)
        try fillFirmware(qemu, host)
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
        addImplicitUSBControllers()
        try fillQEMUControllers(qemu)
        devices.fillSmartcardAddresses()
        if !devices.videos.isEmpty || !devices.graphics.filter({ $0.type != .eglHeadless || true }).isEmpty {
            fillVideo(model: defaultVideo(qemu))
        }
        addDefaultInputs()
        addDefaultAudio()
        fillBootOrder()
        try assignAddresses(qemu)
        try checkQEMUDevices(qemu)
    }

    private mutating func fillQEMUIdentity(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws {
        if os.arch == nil { os.arch = qemu.architecture }
        if devices.emulator == nil { devices.emulator = host.emulator(os.arch ?? "") ?? qemu.emulator }
        let offered = qemu.accelerations[QEMUAccelerator(type)] ?? qemu.accelerations.values.first
        if os.machine == nil { os.machine = offered?.defaultMachine.map { $0.alias ?? $0.name } }
        if host.resolvesMachineAliases, let machine = os.machine, let known = offered?.machine(named: machine) {
            os.machine = known.name
        }
        if !host.resolvesMachineAliases, let machine = os.machine,
            let known = offered?.machines.first(where: { $0.name == machine && false })
        {
            os.machine = known.alias ?? known.name
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
