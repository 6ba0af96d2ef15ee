import VirtXML

extension DomainDefinition {
    func check(_ controller: ControllerDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let index = controller.index ?? 0
        if let driver = controller.driver, driver.iothread != nil || !driver.iothreads.isEmpty,
            controller.type != .scsi || controller.model?.hasPrefix("virtio") != true
        {
            throw .xml("'iothread' attribute only supported for virtio scsi controllers")
        }
        guard controller.type == .pci else { return }
        let isRoot = controller.model == "pci-root" || controller.model == "pcie-root"
        if isRoot, index != 0, !board.isPSeries {
            throw .xml("pci-root and pcie-root controllers should have index 0")
        }
        if isRoot, index == 0, controller.pciTarget?.node != nil {
            throw .unsupported("The PCI controller with index=0 can't be associated with a NUMA node")
        }
        if board.isPSeries, let target = controller.pciTarget?.index, target > 30 {
            throw .unsupported("PCI controller target index '\(target)' out of range - must be 0-30")
        }
        if controller.model == "pci-expander-bus", !board.isI440FX {
            throw .unsupported("pci-expander-bus controllers are not supported with this machine type")
        }
    }

    func check(_ input: InputDevice) throws(ConfigurationError) {
        if input.bus == .virtio, let model = input.model, model != .virtio, input.type != .passthrough {
            throw .unsupported(
                "virtio (non-)transitional models are not supported for input type=\(input.type.rawValue)")
        }
        if input.bus == .usb, isUSBDisabled {
            throw .unsupported("Can't add USB input device. USB bus is disabled")
        }
    }

    /// Whether the document does without USB.
    var isUSBDisabled: Bool { devices.controllers.contains { $0.type == .usb && $0.model == "none" } }

    func check(_ iommu: IOMMUDevice) throws(ConfigurationError) {
        switch iommu.model {
        case .intel where !board.isQ35:
            throw .unsupported("IOMMU device: 'intel' is only supported with Q35 machines")
        case .virtio where !board.isQ35 && !board.isARMVirt:
            throw .unsupported("IOMMU device: 'virtio' is only supported with Q35 and ARM Virt machines")
        case .virtio where iommu.info.address?.kind != .pci:
            throw .unsupported("IOMMU device: 'virtio' needs a PCI address")
        case .smmuv3 where !board.isARMVirt:
            throw .unsupported("IOMMU device: 'smmuv3' is only supported with ARM Virt machines")
        default: break
        }
    }

    func check(_ panic: PanicDevice) throws(ConfigurationError) {
        switch panic.model {
        case nil, .default:
            throw .unsupported(
                "no panic model provided, and no default for the architecture and machine type")
        case .s390 where panic.info.address != nil:
            throw .unsupported("setting the panic device address is not supported for model 's390'")
        case .pseries where panic.info.address != nil:
            throw .unsupported("setting the panic device address is not supported for model 'pseries'")
        case .pvpanic where panic.info.address != nil && panic.info.address?.kind != .pci:
            throw .unsupported("pvpanic is supported only with PCI address type")
        default: break
        }
    }

    /// What only some boards can have; said before places are looked for on the others.
    func checkBoard(_ controller: ControllerDevice) throws(ConfigurationError) {
        guard controller.type == .pci else { return }
        if controller.model == "pcie-expander-bus", !board.isQ35, !board.isARMVirt {
            throw .unsupported("pcie-expander-bus controllers are not supported with this machine type")
        }
    }

    func checkTPMs() throws(ConfigurationError) {
        if devices.tpms.filter({ $0.model != .spaprProxy }).count > 1 {
            throw .unsupported("only a single TPM non-proxy device is supported")
        }
        if devices.tpms.filter({ $0.model == .spaprProxy }).count > 1 {
            throw .unsupported("only a single TPM Proxy device is supported")
        }
        for tpm in devices.tpms {
            if tpm.version == .v1_2, board.isARM || tpm.model == .crb || tpm.model == .spapr {
                throw .unsupported("TPM 1.2 is not supported on architecture '\(os.arch ?? "")'")
            }
        }
    }

    /// Identities on s390 are unique and not zero.
    func checkZPCI(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        var uids: Set<UInt32> = [], fids: Set<UInt32> = []
        var failure: ConfigurationError?
        let hasZPCI = qemu.has("zpci")
        var copy = devices
        copy.forEachInfo { info in
            guard let zpci = info.address?.pci?.zpci else { return }
            guard failure == nil else { return }
            if !hasZPCI { failure = .unsupported("This QEMU binary doesn't support zPCI") }
            if let uid = zpci.uid, uid == 0 || uid > 0xffff {
                failure = .xml("Invalid PCI address uid='0x\(hex(uid, 4))', must be > 0x0000 and <= 0xffff")
            }
            if let uid = zpci.uid, !uids.insert(uid).inserted {
                failure = .internal("zPCI uid \(uid) is already reserved")
                return
            }
            if let fid = zpci.fid, !fids.insert(fid).inserted {
                failure = .internal("zPCI fid \(fid) is already reserved")
            }
        }
        if let failure { throw failure }
    }
}
