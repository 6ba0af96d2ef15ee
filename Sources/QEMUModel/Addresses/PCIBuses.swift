import VirtXML

/// What buses a machine has for devices: which slots each kind of device asks for.
struct PCIBuses {
    /// Whether the root is PCI Express.
    let express: Bool
    let board: Board

    /// What devices need that are of the bus's own kind, such as those of virtio.
    var native: PCIConnection { express ? [.pcie, .hotplug] : [.pci, .hotplug] }
    /// What devices of the conventional bus need, wherever they are.
    var conventional: PCIConnection { [.pci, .hotplug] }
    /// The same of one that can't be plugged in later.
    var fixed: PCIConnection { express ? [.pcie] : [.pci] }

    /// What a virtio device of a model needs.
    func virtio(_ model: VirtioModel?) -> PCIConnection { model == .transitional ? conventional : native }
}

extension PCIBuses {
    func connection(of controller: ControllerDevice) -> PCIConnection? {
        switch controller.type {
        case .pci:
            let model = controller.model.flatMap { PCIBusModel(rawValue: $0) }
            return model.flatMap { $0.connection.isEmpty ? nil : $0.connection }
        case .usb:
            switch controller.model {
            case "qemu-xhci", "nec-xhci": return native
            case "none", nil: return nil
            default: return conventional
            }
        case .virtioSerial:
            return controller.model == "virtio-transitional" ? conventional : native
        case .scsi:
            switch controller.model {
            case "virtio-scsi", "virtio-non-transitional": return native
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

    func connection(of card: InterfaceDevice) -> PCIConnection? {
        if card.type == .hostdev {
            guard case .pci? = card.source.hostdev?.address else { return nil }
            return native
        }
        if let model = card.virtioModel { return virtio(model) }
        switch card.model {
        case "usb-net", "spapr-vlan", "lance", nil: return nil
        case "rtl8139", "e1000", "netfront", "vlance", "vmxnet", "vmxnet2", "vmxnet3", "Am79C970A",
            "Am79C973", "82540EM", "82545EM", "82543GC", "lan9118":
            return conventional
        default: return native
        }
    }

    func connection(of sound: SoundDevice) -> PCIConnection? {
        switch sound.model {
        case .sb16, .pcspk, .usb, .ich7: nil
        case .virtio: native
        default: conventional
        }
    }

    func connection(of device: HostdevDevice) -> PCIConnection? {
        switch device.source {
        case .pci: return native
        case .mdev:
            return device.model == "vfio-pci" || device.model == nil ? native : nil
        case .scsiHost: return device.model == "virtio-transitional" ? conventional : native
        default: return nil
        }
    }

    func connection(of video: VideoDevice) -> PCIConnection? {
        switch video.type {
        case .virtio: native
        case .bochs: native
        case .none, .ramfb: nil
        default: conventional
        }
    }
}
