import ByteText
import VirtXML

extension DomainDefinition {
    /// Fills in what devices leave to QEMU.
    mutating func fillQEMUDevices(_ qemu: QEMUCapabilities, _ host: QEMUHost) {
        // What is asked about the domain is asked of a copy: else each change of a device would copy the whole list.
        let domain = self
        for index in devices.disks.indices { domain.fill(&devices.disks[index]) }
        os.nvram?.source?.network?.fillPorts()
        for index in devices.interfaces.indices { domain.fill(&devices.interfaces[index], qemu) }
        for index in devices.serials.indices { domain.fill(&devices.serials[index]) }
        for index in devices.channels.indices { domain.fill(&devices.channels[index]) }
        for index in devices.consoles.indices { domain.fill(&devices.consoles[index]) }
        for index in devices.filesystems.indices { domain.fill(&devices.filesystems[index]) }
        for index in devices.hostdevs.indices { domain.fill(&devices.hostdevs[index]) }
        for index in devices.redirdevs.indices where devices.redirdevs[index].source.type == .dbus {
            let source = devices.redirdevs[index].source
            devices.redirdevs[index].source.channel = source.channel ?? "org.qemu.usbredir"
        }
        for index in devices.tpms.indices { domain.fill(&devices.tpms[index]) }
        for index in devices.panics.indices { domain.fill(&devices.panics[index]) }
        for index in devices.shmems.indices { domain.fill(&devices.shmems[index]) }
        for index in devices.videos.indices { domain.fill(&devices.videos[index], qemu) }
        for index in devices.graphics.indices { domain.fill(&devices.graphics[index]) }
        for index in devices.sounds.indices { domain.fill(&devices.sounds[index]) }
        if devices.vsock != nil, devices.vsock?.model == nil { devices.vsock?.model = .virtio }
        if let vsock = devices.vsock, vsock.autoCID == nil, vsock.cid == nil { devices.vsock?.autoCID = true }
    }

    private func fill(_ disk: inout DiskDevice) {
        if disk.driver.name == nil { disk.driver.name = "qemu" }
        if disk.source.type == .vhostuser || disk.source.type == .vhostvdpa, disk.driver.format == nil {
            disk.driver.format = .raw
        }
        // What a volume holds is known once its pool has been asked.
        if disk.driver.format == .auto || (disk.driver.format == nil && disk.source.type != .volume) {
            disk.driver.format = .raw
        }
        if disk.driver.cache == .default { disk.driver.cache = nil }
        if disk.source.type == .vhostuser { disk.snapshot = disk.snapshot ?? .no }
        if disk.readonly || disk.device == .cdrom, disk.snapshot == .no { disk.snapshot = nil }
        disk.source.fillServers()
        fill(&disk.source.encryption)
        fill(&disk.encryption)
        fill(&disk.backingStore)
    }

    private func fill(_ below: inout BackingStore?) {
        guard var image = below, var source = image.source else { return }
        source.fillServers()
        fill(&source.encryption)
        image.source = source
        fill(&image.backingStore)
        below = image
    }

    private func fill(_ encryption: inout StorageEncryption?) {
        guard let given = encryption, given.engine == nil || given.engine == .default,
            given.format != .default
        else { return }
        encryption?.engine = .qemu
    }

    private func fill(_ card: inout InterfaceDevice, _ qemu: QEMUCapabilities) {
        // A card of the host is out of reach of all that the daemon could put before it.
        if card.model == nil, card.type != .hostdev {
            card.model = card.type.requiredModel ?? board.defaultNIC(qemu)
        }
        card.virtualPort?.fillIdentities()
    }

    private func fill(_ serial: inout SerialDevice) {
        // Old documents name the bus of PCs where there is none.
        if !board.isX86, serial.target.type == "isa-serial" { serial.target.type = nil }
        if serial.target.type == nil { serial.target.type = board.serialTarget(serial.info.address?.kind) }
        guard serial.target.model == nil else { return }
        switch serial.target.type {
        case "isa-serial", "usb-serial", "pci-serial": serial.target.model = serial.target.type
        case "spapr-vio-serial": serial.target.model = "spapr-vty"
        case "system-serial" where board.isARMVirt: serial.target.model = "pl011"
        case "system-serial" where board.isRISCVVirt || board.isLoongArch: serial.target.model = "16550a"
        case "sclp-serial": serial.target.model = "sclpconsole"
        case "isa-debug": serial.target.model = "isa-debugcon"
        default: break
        }
    }

    /// An agent's socket is made by the daemon, which listens for QEMU.
    private func fill(_ channel: inout ChannelDevice) {
        guard channel.source.type == .unix, channel.source.path == nil else { return }
        channel.source.listens = true
    }

    private func fill(_ console: inout ConsoleDevice) {
        if console.targetType == nil { console.targetType = .serial }
    }

    private func fill(_ folder: inout FilesystemDevice) {
        folder.fillAccess()
        folder.fmode = folder.fmode.map(QEMUGuest.mode)
        folder.dmode = folder.dmode.map(QEMUGuest.mode)
    }

    private func fill(_ device: inout HostdevDevice) {
        if case .mdev = device.source, device.model == "vfio-pci" { device.display = device.display ?? false }
        guard case .scsi(var scsi) = device.source, let name = scsi.iscsi?.name, !name.contains(byte: "/")
        else {
            return
        }
        scsi.iscsi?.name = name + "/0"
        device.source = .scsi(scsi)
    }

    private func fill(_ tpm: inout TPMDevice) {
        if tpm.backend == .passthrough, tpm.device == nil { tpm.device = "/dev/tpm0" }
        if tpm.model == nil { tpm.model = board.isPSeries ? .spapr : .tis }
        if tpm.backend == .emulator, tpm.version == nil {
            tpm.version = tpm.model == .tis && board.isX86 ? .v1_2 : .v2_0
        }
    }

    private func fill(_ panic: inout PanicDevice) {
        guard panic.model == nil || panic.model == .default else { return }
        if board.isPSeries { panic.model = .pseries }
        if board.isX86 { panic.model = .isa }
        if board.isCCW { panic.model = .s390 }
        if board.isARMVirt { panic.model = .pvpanic }
    }

    private func fill(_ shmem: inout ShmemDevice) {
        if shmem.size == nil, shmem.model == .plain || shmem.model == .ivshmem {
            shmem.size = ByteSize(bytes: 4 << 20)
        }
        if shmem.model == .doorbell {
            var msi = shmem.msi ?? .init()
            msi.ioeventfd = msi.ioeventfd ?? true
            shmem.msi = msi
        }
    }

    private func fill(_ video: inout VideoDevice, _ qemu: QEMUCapabilities) {
        if video.type == .default { video.type = defaultVideo(qemu) }
        // No screen is no card: there is nothing to say of it.
        if video.type == .none {
            (video.ram, video.vram, video.vram64, video.vgamem) = (nil, nil, nil, nil)
            (video.heads, video.blob, video.primary) = (nil, nil, false)
            (video.acceleration, video.resolution) = (nil, nil)
        }
        if video.heads == 0 { video.heads = nil }
        // Memory of cards comes in powers of two.
        video.vram = video.vram?.roundedUpToPowerOfTwo
        if video.type == .qxl {
            video.vgamem = video.vgamem ?? 16384
            video.ram = video.ram?.roundedUpToPowerOfTwo
        }
    }

    private func fill(_ graphics: inout GraphicsDevice) {
        if graphics.type == .vnc || graphics.type == .spice, graphics.listens.isEmpty {
            graphics.listens = [GraphicsListen(.address(nil))]
        }
        // Without any port nothing is listened on.
        if graphics.type == .spice, graphics.autoport != true, (graphics.port ?? 0) == 0,
            (graphics.tlsPort ?? 0) == 0,
            case .address? = graphics.listens.first?.kind
        {
            graphics.listens[0] = GraphicsListen(.none)
        }
    }

    private func fill(_ sound: inout SoundDevice) {
        if sound.model == .virtio, sound.streams == nil { sound.streams = 2 }
    }
}

extension Board {
    /// The model of a network card that names none.
    func defaultNIC(_ qemu: QEMUCapabilities) -> String? {
        if isCCW || isVirt { return "virtio" }
        if isARM {
            return machine.hasBytePrefix("versatile") || machine == "realview-eb" ? "smc91c111" : "lan9118"
        }
        if architecture == "sparc" { return "lance" }
        return ["rtl8139", "e1000", "virtio-net"].first(where: qemu.has).map {
            $0 == "virtio-net" ? "virtio" : $0
        }
    }

    /// The kind of a serial port that names none, by the bus that it is on.
    func serialTarget(_ address: DeviceAddress.Kind?) -> String? {
        if isX86 { return "isa-serial" }
        switch address {
        case .usb: return "usb-serial"
        case .pci: return "pci-serial"
        case .isa: return "isa-serial"
        case .spaprVIO: return "spapr-vio-serial"
        default: break
        }
        if isPSeries { return "spapr-vio-serial" }
        if isS390 { return "sclp-serial" }
        if isVirt { return "system-serial" }
        return nil
    }
}

extension UInt32 {
    /// The power of two that is as large as the number or the next larger; the number itself where there is none.
    fileprivate var roundedUpToPowerOfTwo: UInt32 {
        guard self > 1, self <= 1 << 31 else { return self }
        return 1 << (32 - (self - 1).leadingZeroBitCount)
    }
}
