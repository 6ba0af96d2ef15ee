import JSON
import Virt
import VirtXML

extension QEMUCommandLine {
    /// Every device, in the order in which libvirt writes them: what others are plugged into comes first.
    mutating func addDevices() throws(ConfigurationError) {
        let devices = domain.devices
        try add(each: devices.iommus, guest.parts)
        try addPCIHole()
        try addControllers()
        try add(each: devices.memories, guest.parts)
        try addDisks()
        try add(each: devices.filesystems, guest.parts)
        try add(each: devices.interfaces, where: { $0.type != .hostdev }, guest.parts)
        try add(each: devices.smartcards, guest.parts)
        try addCharacterDevices()
        try add(each: devices.tpms, guest.parts)
        try add(each: devices.inputs, guest.parts)
        try add(each: "devices/audio", devices.audios, guest.parts)
        try add(each: "devices/graphics", devices.graphics, guest.parts)
        try add(each: devices.videos, guest.parts)
        try add(each: devices.sounds, guest.parts)
        try addWatchdogs()
        try add(each: devices.redirdevs, guest.parts)
        try add(each: devices.interfaces, where: { $0.type == .hostdev }, guest.parts)
        try add(each: devices.hostdevs, where: { $0.info.address != .unassigned }, guest.parts)
        if let incoming = resources.incoming {
            try arguments.add("-incoming", incoming, from: .roost("the guest comes from elsewhere"))
        }
        if let balloon = devices.memballoon {
            try add(guest.parts(of: balloon), from: .element("devices/memballoon"))
        }
        try add(each: devices.rngs, guest.parts)
        try addNVRAM()
        if domain.features.vmcoreinfo == true {
            try arguments.add("-device", ["driver": "vmcoreinfo"], from: .element("features/vmcoreinfo"))
        }
    }

    /// What stands behind the sandbox.
    mutating func addPanicsAndShared() throws(ConfigurationError) {
        let (devices, guest) = (domain.devices, guest)
        try add(each: devices.panics, guest.parts)
        try add(each: devices.shmems) { shmem throws(ConfigurationError) in
            // libvirt writes a doorbell's line behind the device.
            let parts = try guest.parts(of: shmem)
            return shmem.model == .doorbell ? parts.reversed() : parts
        }
        if let vsock = devices.vsock { try add(guest.parts(of: vsock), from: .element("devices/vsock")) }
        try add(each: devices.cryptos, guest.parts)
        if let store = devices.pstore { try add(guest.parts(of: store), from: .element("devices/pstore")) }
    }

    private mutating func addPCIHole() throws(ConfigurationError) {
        for (index, controller) in domain.devices.controllers.enumerated() {
            guard let hole = controller.pciHole64 else { continue }
            let host = controller.model == "pcie-root" ? "q35-pcihost" : "i440FX-pcihost"
            try arguments.add(
                "-global", "\(host).pci-hole64-size=\(hole.kibibytes)K",
                from: .device(ControllerDevice.self, index))
        }
    }

    /// One helper serves all disks that leave it to the daemon.
    mutating func addReservationHelper() throws(ConfigurationError) {
        guard let first = domain.devices.disks.firstIndex(where: \.hasManagedReservations) else { return }
        try arguments.add("-object", guest.reservationObject, from: .device(DiskDevice.self, first))
    }

    /// What helpers that talk over the guest's message bus have to say when the guest moves.
    mutating func addBusState() throws(ConfigurationError) {
        guard let first = domain.devices.interfaces.firstIndex(where: guest.isServedBySlirp) else { return }
        let state: JSONObject = [
            "qom-type": "dbus-vmstate", "id": "dbus-vmstate0", "addr": .string(guest.busAddress),
        ]
        try arguments.add("-object", state, from: .device(InterfaceDevice.self, first))
    }

    mutating func addThrottleGroups() throws(ConfigurationError) {
        for (index, group) in domain.throttleGroups.enumerated() where group.hasLimits {
            let id = DomainDefinition.throttleGroup(group.groupName ?? "")
            try arguments.add(
                "-object", ["qom-type": "throttle-group", "id": .string(id), "limits": group.groupLimits],
                from: .one("throttlegroups/throttlegroup", index))
        }
    }

    /// Controllers by type; card readers last, since they may be plugged into USB hubs.
    private mutating func addControllers() throws(ConfigurationError) {
        let order: [ControllerDevice.Kind] = [.pci, .usb, .scsi, .ide, .sata, .virtioSerial]
        for type in order { try addControllers(type) }
        try add(each: domain.devices.hubs, guest.parts)
        try addControllers(.ccid)
    }

    private mutating func addControllers(_ type: ControllerDevice.Kind) throws(ConfigurationError) {
        let guest = guest
        try add(
            each: domain.devices.controllers, where: { $0.type == type && !guest.isBuiltIn($0) }, guest.parts)
    }

    private mutating func addDisks() throws(ConfigurationError) {
        let disks = domain.devices.disks
        let floppies = disks.indices.filter { disks[$0].target.bus == .fdc }
        if !domain.board.needsFloppyController || !floppies.isEmpty { try addFloppyBoot(floppies) }
        try add(each: disks, guest.parts)
    }

    /// The floppy controller carries its drives' turns in the boot order.
    private mutating func addFloppyBoot(_ floppies: [Int]) throws(ConfigurationError) {
        var controller: JSONObject = ["driver": "isa-fdc"]
        for index in floppies {
            let floppy = domain.devices.disks[index]
            guard let order = floppy.info.boot?.order else { continue }
            let letter = floppy.info.address?.drive?.unit == 1 ? "B" : "A"
            controller.add("bootindex" + letter, order)
            if !domain.board.needsFloppyController {
                try arguments.add(
                    "-global", "isa-fdc.bootindex\(letter)=\(order)", from: .device(DiskDevice.self, index))
            }
        }
        guard domain.board.needsFloppyController else { return }
        let place = domain.devices.controllers.firstIndex { $0.type == .fdc } ?? 0
        try arguments.add("-device", controller, from: .device(ControllerDevice.self, place))
    }

    private mutating func addCharacterDevices() throws(ConfigurationError) {
        try add(each: domain.devices.serials, guest.parts)
        try add(each: domain.devices.parallels, guest.parts)
        try add(each: domain.devices.channels, guest.parts)
        try add(each: domain.devices.consoles, guest.parts)
    }

    private mutating func addWatchdogs() throws(ConfigurationError) {
        try add(each: domain.devices.watchdogs, guest.parts)
        guard let first = domain.devices.watchdogs.first else { return }
        let action = first.action == .dump ? "pause" : first.action.rawValue
        try arguments.add("-watchdog-action", action, from: .device(WatchdogDevice.self, 0))
    }

    private mutating func addNVRAM() throws(ConfigurationError) {
        guard let nvram = domain.devices.nvram, case .spaprVIO(let address)? = nvram.info.address,
            let reg = address.reg
        else { return }
        try arguments.add(
            "-global", "spapr-nvram.reg=0x\(String(reg, radix: 16))", from: .element("devices/nvram"))
    }
}

extension QEMUGuest {
    /// Whether the board has a controller anyway.
    func isBuiltIn(_ controller: ControllerDevice) -> Bool {
        switch controller.type {
        case .ide: return domain.board.hasIDE && controller.index == 0
        case .sata: return domain.board.isQ35 && controller.index == 0
        case .usb where controller.model == "none": return true
        case .usb: return controller.model == nil && domain.board.isS390
        case .scsi:
            return domain.board.hasBuiltInSCSI && controller.index == 0 && controller.model == "ncr53c90"
        default: return false
        }
    }
}

extension Board {
    /// Whether the board has a SCSI controller of its own.
    var hasBuiltInSCSI: Bool { architecture == "sparc" }
}
