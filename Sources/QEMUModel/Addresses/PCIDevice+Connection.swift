import VirtXML

extension PCIDevice {
    /// Whether a place is to be found for the device.
    func needsPlace(_ info: DeviceInfo, in domain: DomainDefinition, _ board: Board) -> Bool {
        switch info.address {
        case nil: return true
        case .pci(let address)?: return address.isEmpty && connection(in: domain, board) != nil
        default: return false
        }
    }

    /// Whether several devices of the kind share a slot.
    func aggregates(in domain: DomainDefinition) -> Bool {
        guard case .controller(let index) = self, domain.devices.controllers[index].type == .pci else {
            return false
        }
        return domain.devices.controllers[index].model == PCIBusModel.rootPort.rawValue
    }

    /// What kind of slot the device needs; nil if it is on no PCI bus.
    func connection(in domain: DomainDefinition, _ board: Board) -> PCIConnection? {
        let express = domain.hasPCIeRoot
        let virtio: PCIConnection = express ? [.pcie, .hotplug] : [.pci, .hotplug]
        let conventional: PCIConnection = [.pci, .hotplug]
        let devices = domain.devices
        func of(_ model: VirtioModel?) -> PCIConnection { model == .transitional ? conventional : virtio }
        switch self {
        case .controller(let index):
            return controller(devices.controllers[index], virtio, conventional, express, board)
        case .filesystem(let index): return of(devices.filesystems[index].model)
        case .interface(let index): return interface(devices.interfaces[index], virtio, conventional, express)
        case .sound(let index): return sound(devices.sounds[index], virtio, conventional)
        case .disk(let index):
            let disk = devices.disks[index]
            return disk.target.bus == .virtio ? of(disk.model) : nil
        case .hostdev(let index): return hostdev(devices.hostdevs[index], virtio, conventional, express)
        case .balloon:
            guard let balloon = devices.memballoon, let model = VirtioModel(rawValue: balloon.model.rawValue)
            else { return nil }
            return of(model)
        case .rng(let index): return of(devices.rngs[index].model)
        case .watchdog(let index): return devices.watchdogs[index].model == .i6300esb ? conventional : nil
        case .iommu(let index):
            return devices.iommus[index].model == .virtio ? (express ? [.pcie] : [.pci]) : nil
        case .video(let index): return video(devices.videos[index], virtio, conventional, express)
        case .shmem: return conventional
        case .input(let index):
            return devices.inputs[index].bus == .virtio ? of(devices.inputs[index].model) : nil
        case .serial(let index):
            return devices.serials[index].target.type == "pci-serial" ? conventional : nil
        case .memory(let index):
            let model = devices.memories[index].model
            return model == .virtioMem || model == .virtioPmem ? virtio : nil
        case .vsock: return devices.vsock.map { of($0.model) }
        case .panic(let index):
            return devices.panics[index].model == .pvpanic ? (express ? [.pcie] : [.pci]) : nil
        case .crypto: return conventional
        case .pstore: return conventional
        }
    }

    private func controller(
        _ controller: ControllerDevice, _ virtio: PCIConnection, _ conventional: PCIConnection,
        _ express: Bool, _ board: Board
    ) -> PCIConnection? {
        switch controller.type {
        case .pci:
            let model = controller.model.flatMap { PCIBusModel(rawValue: $0) }
            return model.flatMap { $0.connection.isEmpty ? nil : $0.connection }
        case .usb:
            switch controller.model {
            case "qemu-xhci", "nec-xhci": return express ? [.pcie, .hotplug] : conventional
            case "none", nil: return nil
            default: return conventional
            }
        case .virtioSerial:
            return controller.model == "virtio-transitional" ? conventional : virtio
        case .scsi:
            switch controller.model {
            case "virtio-scsi", "virtio-non-transitional": return virtio
            case "lsisas1078": return conventional
            case "ibmvscsi", "ncr53c90": return nil
            default: return conventional
            }
        case .sata: return conventional
        // Elsewhere it is a part of the board that no document places.
        case .ide: return board.isI440FX ? conventional : nil
        case .ccid, .fdc, .xenbus, .isa: return nil
        }
    }

    private func interface(
        _ card: InterfaceDevice, _ virtio: PCIConnection, _ conventional: PCIConnection, _ express: Bool
    ) -> PCIConnection? {
        if card.type == .hostdev {
            guard case .pci? = card.source.hostdev?.address else { return nil }
            return express ? [.pcie, .hotplug] : conventional
        }
        if let model = card.virtioModel { return model == .transitional ? conventional : virtio }
        switch card.model {
        case "usb-net", "spapr-vlan", "smc91c111", "lan9118", "lance", nil: return nil
        case "rtl8139", "e1000", "netfront", "vlance", "vmxnet", "vmxnet2", "vmxnet3", "Am79C970A",
            "Am79C973",
            "82540EM", "82545EM", "82543GC":
            return conventional
        default: return express ? [.pcie, .hotplug] : conventional
        }
    }

    private func sound(_ sound: SoundDevice, _ virtio: PCIConnection, _ conventional: PCIConnection)
        -> PCIConnection?
    {
        switch sound.model {
        case .sb16, .pcspk, .usb, .ich7: nil
        case .virtio: virtio
        default: conventional
        }
    }

    private func hostdev(
        _ device: HostdevDevice, _ virtio: PCIConnection, _ conventional: PCIConnection, _ express: Bool
    ) -> PCIConnection? {
        switch device.source {
        case .pci: return express ? [.pcie, .hotplug] : conventional
        case .mdev:
            return device.model == "vfio-pci" || device.model == nil
                ? (express ? [.pcie, .hotplug] : conventional) : nil
        case .scsiHost: return device.model == "virtio-transitional" ? conventional : virtio
        default: return nil
        }
    }

    private func video(
        _ video: VideoDevice, _ virtio: PCIConnection, _ conventional: PCIConnection, _ express: Bool
    ) -> PCIConnection? {
        switch video.type {
        case .virtio: virtio
        case .bochs: express ? [.pcie, .hotplug] : conventional
        case .none, .ramfb: nil
        default: conventional
        }
    }
}

extension DomainDevices {
    /// Devices that only ever have the place that the document gives them.
    var smallPCIDevices: [(DeviceInfo, PCIConnection)] { [] }
}
