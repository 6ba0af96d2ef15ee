import XMLBinding

extension DomainDefinition {
    /// Fills in what bhyve's driver would: the general defaults, its controllers, and places on its one PCI bus.
    ///
    /// - Parameter disksPerController: how many disks a SATA controller takes: 32, or 1 with an old bhyve.
    public mutating func fillBhyveDefaults(
        _ defaults: GeneralDefaults, disksPerController: UInt32 = 32
    ) throws(XMLError) {
        var defaults = defaults
        defaults.videoModel = .gop
        devices.numberControllers()
        devices.addIfMissing(.pci, index: 0, model: "pci-root")
        if needsLPC, !devices.controllers.contains(where: { $0.type == .isa }) {
            devices.addIfMissing(.isa, index: 0)
        }
        fillSATAAddresses(disksPerController)
        try fillGeneralDefaults(defaults)
        fillModems()
        fillPCISlots()
    }

    /// Serial ports and firmware hang on the bridge to the ISA bus.
    private var needsLPC: Bool {
        !devices.serials.isEmpty || !devices.consoles.isEmpty || os.loader != nil || os.firmware != nil
    }

    private mutating func fillSATAAddresses(_ units: UInt32) {
        for index in devices.disks.indices where devices.disks[index].target.bus == .sata {
            guard devices.disks[index].info.address == nil,
                let place = DiskTarget.index(devices.disks[index].target.dev).map(UInt32.init(clamping:))
            else { continue }
            devices.disks[index].info.address = .drive(
                DriveAddress(controller: place / units, unit: UInt64(place % units)))
        }
    }

    /// The two ends of a null modem are named after the domain if nothing is said.
    private mutating func fillModems() {
        guard let uuid else { return }
        for index in devices.serials.indices { devices.serials[index].source.nameModem("/dev/nmdm\(uuid)") }
        for index in devices.consoles.indices { devices.consoles[index].source.nameModem("/dev/nmdm\(uuid)") }
    }

    /// Slot 0 is the host's bridge and slot 1 is kept for the ISA bus; the rest goes in the order of kinds.
    private mutating func fillPCISlots() {
        var used: Set<UInt32> = [0, 1]
        devices.forEachInfo { if let pci = $0.address?.pci { used.insert(pci.slot) } }
        func place(_ info: inout DeviceInfo) {
            guard info.address == nil, let slot = (0..<32).first(where: { !used.contains($0) }) else {
                return
            }
            used.insert(slot)
            info.address = .pci(PCIAddress(bus: 0, slot: slot))
        }
        for index in devices.controllers.indices where devices.controllers[index].type == .isa {
            guard devices.controllers[index].info.address == nil else { continue }
            devices.controllers[index].info.address = .pci(PCIAddress(bus: 0, slot: 1))
        }
        for index in devices.controllers.indices where devices.controllers[index].model != "pci-root" {
            place(&devices.controllers[index].info)
        }
        for index in devices.interfaces.indices { place(&devices.interfaces[index].info) }
        for index in devices.disks.indices where devices.disks[index].target.bus == .virtio {
            place(&devices.disks[index].info)
        }
        for index in devices.rngs.indices { place(&devices.rngs[index].info) }
        for index in devices.videos.indices { place(&devices.videos[index].info) }
        for index in devices.filesystems.indices { place(&devices.filesystems[index].info) }
        for index in devices.sounds.indices { place(&devices.sounds[index].info) }
    }
}
