import VirtXML

/// Devices that only some boards can have, or only in some places.
extension DomainDefinition {
    package func check(_ input: InputDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(input.info)
        try checkKind(of: input)
        try checkInfo(input.info)
        let bus = input.bus ?? .none
        if let model = input.model, bus != .virtio {
            throw .unsupported("only bus 'virtio' is supported for input model '\(model.rawValue)'")
        }
        if bus == .ps2, !board.hasPS2 { throw .unsupported("ps2 is not supported by this QEMU binary") }
        if features.ps2 == false, bus == .ps2 {
            throw .unsupported("ps2 bus inputs require the ps2 feature not to be disabled")
        }
        if input.type == .passthrough {
            if board.isCCW, !qemu.has("virtio-input-host-ccw"), input.model ?? .virtio == .virtio {
                throw .unsupported("virtio-input-host is not supported by this QEMU binary")
            }
            if input.model == .transitional || input.model == .nonTransitional,
                !qemu.has("virtio-input-host-pci-non-transitional")
            {
                throw .unsupported(
                    "virtio (non-)transitional models are not supported for input type=passthrough")
            }
        }
        if bus == .virtio, let model = input.model, model != .virtio, input.type != .passthrough {
            throw .unsupported(
                "virtio (non-)transitional models are not supported for input type=\(input.type.rawValue)")
        }
    }

    /// On which bus there are devices of the kind.
    private func checkKind(of input: InputDevice) throws(ConfigurationError) {
        let bus = input.bus ?? .none
        if input.type == .evdev, bus != .none || board.isS390 {
            throw bus == .ps2
                ? .internal("ps2 bus does not support evdev input device")
                : .unsupported("input evdev doesn't support bus element")
        }
        if bus == .xen {
            throw .internal("unsupported input bus \(bus.rawValue)")
        }
        if bus == .ps2 {
            guard input.type == .mouse || input.type == .keyboard else {
                throw .internal("ps2 bus does not support \(input.type.rawValue) input device")
            }
        }
        if input.type == .passthrough {
            if bus != .virtio {
                throw .unsupported("only bus 'virtio' is supported for 'passthrough' input devices")
            }
            if let source = input.source, source.evdev == nil {
                throw .xml("Missing evdev path for input device")
            }
        }
    }

    package func check(_ iommu: IOMMUDevice) throws(ConfigurationError) {
        try checkAssigned(iommu.info)
        if iommu.model == .smmuv3 || iommu.model == .virtio, iommu.driver != nil {
            throw .xml("iommu model '\(iommu.model.rawValue)' doesn't support additional attributes")
        }
        if iommu.model != .virtio, iommu.info.address != nil {
            throw .xml("iommu model '\(iommu.model.rawValue)' can't have address")
        }
        try checkInfo(iommu.info)
        switch iommu.model {
        case .intel where !board.isQ35:
            throw .unsupported("IOMMU device: 'intel' is only supported with Q35 machines")
        case .virtio where !board.isQ35 && !board.isARMVirt:
            throw .unsupported("IOMMU device: 'virtio' is only supported with Q35 and ARM Virt machines")
        case .virtio where !features.acpi:
            throw .unsupported("IOMMU device: 'virtio' requires ACPI")
        case .virtio where iommu.info.address?.kind != .pci:
            throw .unsupported("IOMMU device: 'virtio' needs a PCI address")
        case .smmuv3 where !board.isARMVirt:
            throw .unsupported("IOMMU device: 'smmuv3' is only supported with ARM Virt machines")
        default: break
        }
        try checkRemapping(iommu)
    }

    private func checkRemapping(_ iommu: IOMMUDevice) throws(ConfigurationError) {
        guard iommu.model == .intel, let driver = iommu.driver else { return }
        if driver.intremap == true, features.ioapic != .qemu, type == .kvm {
            throw .unsupported("IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')")
        }
        if driver.eim == true, driver.intremap != true {
            throw .unsupported("IOMMU eim requires interrupt remapping to be enabled")
        }
    }

    package func check(_ panic: PanicDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        let kind = panic.info.address?.kind
        switch panic.model {
        case .s390 where !board.isS390:
            throw .unsupported("only S390 guests support panic device of model 's390'")
        case .pseries where !board.isPSeries:
            throw .unsupported("only pSeries guests support panic device of model 'pseries'")
        case .hyperv where !board.isX86:
            throw .unsupported("only i686 and x86_64 guests support panic device of model 'hyperv'")
        case .hyperv where kind != nil:
            throw .unsupported("setting the panic device address is not supported for model 'hyperv'")
        case .pvpanic where !qemu.has("pvpanic-pci"):
            throw .unsupported("the QEMU binary does not support the PCI pvpanic device")
        case .isa where !qemu.has("pvpanic"):
            throw .unsupported("the QEMU binary does not support the ISA panic device")
        case .isa where kind != nil && kind != .isa:
            throw .unsupported("panic is supported only with ISA address type")
        case nil, .default:
            throw .unsupported(
                "no panic model provided, and no default for the architecture and machine type")
        case .s390 where panic.info.address != nil:
            throw .unsupported("setting the panic device address is not supported for model 's390'")
        case .pseries where panic.info.address != nil:
            throw .unsupported("setting the panic device address is not supported for model 'pseries'")
        case .pvpanic where panic.info.address?.kind != .pci:
            throw .unsupported("pvpanic is supported only with PCI address type")
        default: break
        }
    }

    /// One of each model tells of a crash.
    func checkPanics() throws(ConfigurationError) {
        if let panic = devices.panics.firstRepeated(by: \.model) {
            throw .xml("Multiple panic devices with model '\(panic.model?.rawValue ?? "")'")
        }
    }

    func checkTPMCount() throws(ConfigurationError) {
        if devices.tpms.filter({ $0.model != .spaprProxy }).count > 1 {
            throw .unsupported("only a single TPM non-proxy device is supported")
        }
        if devices.tpms.filter({ $0.model == .spaprProxy }).count > 1 {
            throw .unsupported("only a single TPM Proxy device is supported")
        }
    }
}
