import VirtXML

extension DomainDefinition {
    /// Names the models of controllers that don't, and what PCI controllers are told.
    mutating func fillQEMUControllers(_ qemu: QEMUCapabilities, updatesABI: Bool = false)
        throws(ConfigurationError)
    {
        for index in devices.controllers.indices {
            devices.controllers[index] = try filled(devices.controllers[index], qemu, updatesABI)
        }
        sortUSBCompanions()
    }

    private func filled(
        _ given: ControllerDevice, _ qemu: QEMUCapabilities, _ updatesABI: Bool
    ) throws(ConfigurationError) -> ControllerDevice {
        var controller = given
        switch controller.type {
        case .usb:
            // On s390 there is none, unless the document gives it a place.
            if controller.model == nil, !board.isS390 || controller.info.address == nil {
                controller.model = board.defaultUSBModel(qemu, updatesABI: updatesABI)
            }
            if controller.model == "qemu-xhci", let ports = controller.ports, ports > 15 {
                throw .unsupported("'qemu-xhci' controller only supports up to '15' ports")
            }
        case .scsi where controller.model == nil || controller.model == "auto":
            controller.model = namedSCSIModel ?? board.defaultSCSIModel(qemu)
        case .pci: fillPCIModel(&controller, qemu)
        default: break
        }
        return controller
    }

    /// A controller that is added is like those that are named.
    private var namedSCSIModel: String? {
        devices.controllers.first { $0.type == .scsi && $0.model != nil && $0.model != "auto" }?.model
    }

    private func fillPCIModel(_ controller: inout ControllerDevice, _ qemu: QEMUCapabilities) {
        if controller.model == nil, controller.index == 0 {
            controller.model = board.hasPCIeRoot ? "pcie-root" : "pci-root"
        }
        guard controller.pciModelName == nil, board.knowsPCI else { return }
        switch controller.model {
        case "pci-root" where board.isPSeries: controller.pciModelName = "spapr-pci-host-bridge"
        case "pci-bridge": controller.pciModelName = "pci-bridge"
        case "dmi-to-pci-bridge": controller.pciModelName = "i82801b11-bridge"
        case "pcie-root-port":
            controller.pciModelName = qemu.has("pcie-root-port") ? "pcie-root-port" : "ioh3420"
        case "pcie-switch-upstream-port": controller.pciModelName = "x3130-upstream"
        case "pcie-switch-downstream-port": controller.pciModelName = "xio3130-downstream"
        case "pci-expander-bus": controller.pciModelName = "pxb"
        case "pcie-expander-bus": controller.pciModelName = "pxb-pcie"
        case "pcie-to-pci-bridge": controller.pciModelName = "pcie-pci-bridge"
        default: break
        }
    }

    /// Companions take the ports of their master in a fixed order.
    private mutating func sortUSBCompanions() {
        let ports: [String: UInt32] = ["ich9-uhci1": 0, "ich9-uhci2": 2, "ich9-uhci3": 4]
        for index in devices.controllers.indices where devices.controllers[index].type == .usb {
            guard let port = ports[devices.controllers[index].model ?? ""] else { continue }
            if devices.controllers[index].info.masterStartPort == nil {
                devices.controllers[index].info.masterStartPort = port
            }
        }
    }
}

extension Board {
    /// The model of a SCSI controller that names none.
    func defaultSCSIModel(_ qemu: QEMUCapabilities) -> String? {
        if isPSeries { return "ibmvscsi" }
        if isS390 || isLoongArchVirt { return "virtio-scsi" }
        if architecture == "sparc" { return "ncr53c90" }
        if qemu.has("lsi53c895a") { return "lsilogic" }
        return qemu.has("virtio-scsi-pci") ? "virtio-scsi" : nil
    }
}
