import JSON
import Virt
import VirtXML

extension QEMUCommandLine {
    /// Every device, in the order in which libvirt writes them: what others are plugged into comes first.
    mutating func addDevices() throws(ConfigurationError) {
        try addPCIHole()
        for iommu in domain.devices.iommus { try add(guest.parts(of: iommu)) }
        try addControllers()
        for memory in domain.devices.memories { try add(guest.parts(of: memory)) }
        try addDisks()
        for folder in domain.devices.filesystems { try add(guest.parts(of: folder)) }
        for card in domain.devices.interfaces where card.type != .hostdev { try add(guest.parts(of: card)) }
        for card in domain.devices.smartcards { try add(guest.parts(of: card)) }
        try addCharacterDevices()
        for tpm in domain.devices.tpms { try add(guest.parts(of: tpm)) }
        for input in domain.devices.inputs { try add(guest.parts(of: input)) }
        for backend in domain.devices.audios { try add(guest.parts(of: backend)) }
        for graphics in domain.devices.graphics { try add(guest.parts(of: graphics)) }
        for video in domain.devices.videos { try add(guest.parts(of: video)) }
        for sound in domain.devices.sounds { try add(guest.parts(of: sound)) }
        try addWatchdogs()
        for redirection in domain.devices.redirdevs { try add(guest.parts(of: redirection)) }
        for card in domain.devices.interfaces where card.type == .hostdev { try add(guest.parts(of: card)) }
        for device in domain.devices.hostdevs { try addHostdev(device) }
        if let incoming = resources.incoming { try arguments.add("-incoming", incoming) }
        if let balloon = domain.devices.memballoon { try add(guest.parts(of: balloon)) }
        for rng in domain.devices.rngs { try add(guest.parts(of: rng)) }
        try addNVRAM()
        if domain.features.vmcoreinfo == true { try arguments.add("-device", ["driver": "vmcoreinfo"]) }
    }

    /// What stands behind the sandbox.
    mutating func addPanicsAndShared() throws(ConfigurationError) {
        for panic in domain.devices.panics { try add(guest.parts(of: panic)) }
        for shmem in domain.devices.shmems {
            // libvirt writes a doorbell's line behind the device.
            let parts = try guest.parts(of: shmem)
            try add(shmem.model == .doorbell ? parts.reversed() : parts)
        }
        if let vsock = domain.devices.vsock { try add(guest.parts(of: vsock)) }
        for crypto in domain.devices.cryptos { try add(guest.parts(of: crypto)) }
        if let store = domain.devices.pstore { try add(guest.parts(of: store)) }
    }

    private mutating func addPCIHole() throws(ConfigurationError) {
        for controller in domain.devices.controllers {
            guard let hole = controller.pciHole64 else { continue }
            let host = controller.model == "pcie-root" ? "q35-pcihost" : "i440FX-pcihost"
            try arguments.add("-global", "\(host).pci-hole64-size=\(hole.kibibytes)K")
        }
    }

    /// One helper serves all disks that leave it to the daemon.
    mutating func addReservationHelper() throws(ConfigurationError) {
        let isManaged = domain.devices.disks.contains {
            $0.source.reservations.map { $0.managed != false } ?? false
        }
        guard isManaged else { return }
        let path = "\(resources.domainFolder)/pr-helper0.sock"
        try arguments.add(
            "-object", ["qom-type": "pr-manager-helper", "id": "pr-helper0", "path": .string(path)])
    }

    mutating func addThrottleGroups() throws(ConfigurationError) {
        for group in domain.throttleGroups {
            let limits: JSONValue = [
                "bps-total": JSONValue(group.totalBytes ?? 0), "bps-read": JSONValue(group.readBytes ?? 0),
                "bps-write": JSONValue(group.writeBytes ?? 0), "iops-total": JSONValue(group.totalIOPS ?? 0),
                "iops-read": JSONValue(group.readIOPS ?? 0), "iops-write": JSONValue(group.writeIOPS ?? 0),
                "bps-total-max": JSONValue(group.totalBytesMax ?? 0),
                "bps-read-max": JSONValue(group.readBytesMax ?? 0),
                "bps-write-max": JSONValue(group.writeBytesMax ?? 0),
                "iops-total-max": JSONValue(group.totalIOPSMax ?? 0),
                "iops-read-max": JSONValue(group.readIOPSMax ?? 0),
                "iops-write-max": JSONValue(group.writeIOPSMax ?? 0),
                "iops-size": JSONValue(group.sizeIOPS ?? 0),
            ]
            let id = "throttle-\(group.groupName ?? "")"
            try arguments.add("-object", ["qom-type": "throttle-group", "id": .string(id), "limits": limits])
        }
    }

    /// Controllers by type; card readers last, since they may be plugged into USB hubs.
    private mutating func addControllers() throws(ConfigurationError) {
        let order: [ControllerDevice.Kind] = [.pci, .usb, .scsi, .ide, .sata, .virtioSerial, .nvme]
        for type in order { try addControllers(type) }
        for hub in domain.devices.hubs { try add(guest.parts(of: hub)) }
        try addControllers(.ccid)
    }

    private mutating func addControllers(_ type: ControllerDevice.Kind) throws(ConfigurationError) {
        for controller in domain.devices.controllers where controller.type == type {
            if guest.isBuiltIn(controller) { continue }
            try add(guest.parts(of: controller))
        }
    }

    private mutating func addDisks() throws(ConfigurationError) {
        let floppies = domain.devices.disks.filter { $0.target.bus == .fdc }
        if !domain.board.needsFloppyController || !floppies.isEmpty { try addFloppyBoot(floppies) }
        for disk in domain.devices.disks { try add(guest.parts(of: disk)) }
    }

    /// The floppy controller carries its drives' turns in the boot order.
    private mutating func addFloppyBoot(_ floppies: [DiskDevice]) throws(ConfigurationError) {
        var controller: JSONObject = ["driver": "isa-fdc"]
        for floppy in floppies {
            guard let order = floppy.info.boot?.order else { continue }
            let letter = floppy.info.address?.drive?.unit == 1 ? "B" : "A"
            controller.add("bootindex" + letter, order)
            if !domain.board.needsFloppyController {
                try arguments.add("-global", "isa-fdc.bootindex\(letter)=\(order)")
            }
        }
        if domain.board.needsFloppyController { try arguments.add("-device", controller) }
    }

    private mutating func addCharacterDevices() throws(ConfigurationError) {
        for serial in domain.devices.serials { try add(guest.parts(of: serial)) }
        for parallel in domain.devices.parallels { try add(guest.parts(of: parallel)) }
        for channel in domain.devices.channels { try add(guest.parts(of: channel)) }
        for console in domain.devices.consoles { try add(guest.parts(of: console)) }
    }

    private mutating func addWatchdogs() throws(ConfigurationError) {
        for watchdog in domain.devices.watchdogs { try add(guest.parts(of: watchdog)) }
        guard let first = domain.devices.watchdogs.first else { return }
        let action = first.action == .dump ? "pause" : first.action.rawValue
        try arguments.add("-watchdog-action", action)
    }

    private mutating func addHostdev(_ device: HostdevDevice) throws(ConfigurationError) {
        if case .unassigned? = device.info.address { return }
        try add(guest.parts(of: device))
    }

    private mutating func addNVRAM() throws(ConfigurationError) {
        guard let nvram = domain.devices.nvram, case .spaprVIO(let address)? = nvram.info.address,
            let reg = address.reg
        else { return }
        try arguments.add("-global", "spapr-nvram.reg=0x\(String(reg, radix: 16))")
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
