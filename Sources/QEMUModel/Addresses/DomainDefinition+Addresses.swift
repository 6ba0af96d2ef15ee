import ByteText
import VirtXML

extension DomainDefinition {
    /// Gives every device that has none a place, as libvirt does, since guests see places. Controllers that
    /// are needed for that are added.
    mutating func assignAddresses(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        filling("a device of the kind can be nowhere else") { $0.forgetImpossiblePlaces() }
        try filling("the first free port of a virtio-serial controller") {
            domain throws(ConfigurationError) in
            try domain.assignVirtioSerialPorts()
        }
        filling("the first free register of its kind") { $0.assignSpaprVIO() }
        if board.isCCW {
            try filling("the first free device number") { domain throws(ConfigurationError) in
                try domain.assignCCW()
            }
        }
        if usesVirtioMMIO {
            filling("the machine has no bus for virtio devices: they are mapped") { $0.assignVirtioMMIO() }
        }
        try filling("places on PCI buses") { domain throws(ConfigurationError) in
            try domain.assignPCI(qemu, host)
        }
        filling("the first free slot for memory") { $0.assignMemorySlots() }
    }

    /// Forgets places of a kind that a device can't have: it gets one that it can.
    private mutating func forgetImpossiblePlaces() {
        for index in devices.channels.indices where devices.channels[index].isVirtio {
            devices.channels[index].info.keepAddress(.virtioSerial)
        }
        for index in devices.hubs.indices { devices.hubs[index].info.keepAddress(.usb) }
        guard board.isI440FX else { return }
        for index in devices.controllers.indices where devices.controllers[index].type == .ide {
            devices.controllers[index].info.keepAddress(.pci)
        }
    }

    /// Whether virtio devices are mapped into memory, there being no bus for them.
    private var usesVirtioMMIO: Bool {
        !board.hasPCI && !board.isS390
            && (board.machine.hasBytePrefix("vexpress-") || board.isRISCVVirt)
    }

    private mutating func assignVirtioMMIO() {
        let (folders, vsock) = (devices.filesystems, devices.vsock)
        forEachVirtio { info in if info.address == nil { info.address = .virtioMMIO } }
        // Folders are on PCI or nowhere; a SCSI controller of any model is taken for one of virtio's.
        devices.filesystems = folders
        devices.vsock = vsock
        for index in devices.controllers.indices where devices.controllers[index].type == .scsi {
            if devices.controllers[index].info.address == nil {
                devices.controllers[index].info.address = .virtioMMIO
            }
        }
    }

    /// Visits the places of all devices of the virtio family.
    mutating func forEachVirtio(_ body: (inout DeviceInfo) -> Void) {
        for index in devices.disks.indices where devices.disks[index].target.bus == .virtio {
            body(&devices.disks[index].info)
        }
        for index in devices.interfaces.indices where devices.interfaces[index].virtioModel != nil {
            body(&devices.interfaces[index].info)
        }
        for index in devices.inputs.indices where devices.inputs[index].bus == .virtio {
            body(&devices.inputs[index].info)
        }
        for index in devices.controllers.indices {
            let controller = devices.controllers[index]
            let isVirtio =
                controller.type == .virtioSerial
                || controller.type == .scsi && controller.model?.hasBytePrefix("virtio") == true
            if isVirtio { body(&devices.controllers[index].info) }
        }
        for index in devices.filesystems.indices where devices.filesystems[index].driver?.type != "mtp" {
            body(&devices.filesystems[index].info)
        }
        for index in devices.sounds.indices where devices.sounds[index].model == .virtio {
            body(&devices.sounds[index].info)
        }
        if let model = devices.memballoon?.model,
            model == .virtio || (board.isCCW || !board.hasPCI) && model.rawValue.hasBytePrefix("virtio")
        {
            if var balloon = devices.memballoon {
                body(&balloon.info)
                devices.memballoon = balloon
            }
        }
        for index in devices.rngs.indices { body(&devices.rngs[index].info) }
        for index in devices.videos.indices where devices.videos[index].type == .virtio {
            body(&devices.videos[index].info)
        }
        for index in devices.hostdevs.indices {
            if case .scsiHost = devices.hostdevs[index].source { body(&devices.hostdevs[index].info) }
        }
        if var vsock = devices.vsock {
            body(&vsock.info)
            devices.vsock = vsock
        }
        for index in devices.cryptos.indices { body(&devices.cryptos[index].info) }
        for index in devices.memories.indices
        where [.virtioMem, .virtioPmem].contains(devices.memories[index].model) {
            body(&devices.memories[index].info)
        }
    }

    /// Slots of memory devices: the lowest that are free.
    private mutating func assignMemorySlots() {
        var slots = FreeNumbers()
        for memory in devices.memories {
            if case .dimm(let address)? = memory.info.address { slots.take(address.slot) }
        }
        for index in devices.memories.indices {
            guard [.dimm, .nvdimm].contains(devices.memories[index].model) else { continue }
            var address = DIMMAddress()
            if case .dimm(let known)? = devices.memories[index].info.address { address = known }
            guard address.slot == nil else { continue }
            address.slot = slots.next()
            devices.memories[index].info.address = .dimm(address)
        }
    }

    private mutating func assignSpaprVIO() {
        var used = SpaprRegisters()
        for case .spaprVIO(let address)? in devices.infos.map(\.address) {
            if let reg = address.reg { used.take(reg) }
        }
        for index in devices.interfaces.indices where devices.interfaces[index].model == "spapr-vlan" {
            Self.assignRegister(&devices.interfaces[index].info, 0x1000, &used)
        }
        for index in devices.controllers.indices
        where devices.controllers[index].type == .scsi && devices.controllers[index].model == "ibmvscsi" {
            Self.assignRegister(&devices.controllers[index].info, 0x2000, &used)
        }
        for index in devices.serials.indices where devices.serials[index].target.type == "spapr-vio-serial" {
            Self.assignRegister(&devices.serials[index].info, 0x3000_0000, &used)
        }
        if var nvram = devices.nvram {
            Self.assignRegister(&nvram.info, 0x3000, &used)
            devices.nvram = nvram
        }
        for index in devices.tpms.indices where devices.tpms[index].model == .spapr {
            Self.assignRegister(&devices.tpms[index].info, 0x4000, &used)
        }
    }

    /// Registers lie 0x1000 apart from the first one of their kind.
    private static func assignRegister(
        _ info: inout DeviceInfo, _ first: UInt64, _ used: inout SpaprRegisters
    ) {
        var address = SpaprVIOAddress()
        if case .spaprVIO(let known)? = info.address {
            address = known
        } else if info.address != nil {
            return
        }
        if address.reg == nil { address.reg = used.next(from: first) }
        info.address = .spaprVIO(address)
    }
}

/// The registers of devices on pSeries' virtual bus: each is looked at once.
private struct SpaprRegisters {
    private var taken: Set<UInt64> = []
    /// Where the search goes on, by where it began.
    private var candidates: [UInt64: UInt64] = [:]

    mutating func take(_ register: UInt64) { taken.insert(register) }

    mutating func next(from first: UInt64) -> UInt64 {
        var register = candidates[first] ?? first
        while taken.contains(register) { register &+= 0x1000 }
        candidates[first] = register
        taken.insert(register)
        return register
    }
}

extension DeviceInfo {
    /// Forgets an address of another kind.
    fileprivate mutating func keepAddress(_ kind: DeviceAddress.Kind) {
        if address?.kind != kind { address = nil }
    }
}

extension ChannelDevice {
    fileprivate var isVirtio: Bool { if case .virtio = target { true } else { false } }
}
