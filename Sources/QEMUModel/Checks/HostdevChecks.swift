import ByteText
import VirtXML

extension DomainDefinition {
    package func check(_ device: HostdevDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAddressKind(of: device)
        if device.sgIO == .unfiltered { throw .unsupported("unfiltered sgio is no longer supported") }
        if case .scsi = device.source, let place = device.info.address?.drive, place.bus > 0 {
            throw .internal("SCSI controller only supports 1 bus")
        }
        try checkInfo(device.info)
        try checkTeaming(of: device)
        if device.mode == .capabilities {
            if device.info.rom != nil { throw .unsupported("ROM tuning is only supported for PCI devices") }
            if device.info.acpiIndex != nil {
                throw .unsupported("ACPI index is only supported for PCI devices")
            }
            throw .unsupported("hostdev mode 'capabilities' is not supported in \(type.rawValue)")
        }
        if device.teaming != nil, device.kind != .pci {
            throw .unsupported("teaming is only supported for pci hostdev devices")
        }
        switch device.source {
        case .pci(let pci):
            if pci.startupPolicy != nil {
                throw .unsupported("Setting startupPolicy is only allowed for USB devices")
            }
            if pci.writeFiltering != nil {
                throw .unsupported(
                    "Write filtering of PCI device configuration space is not supported by qemu")
            }
            try checkDisplay(of: device)
        case .scsiHost: try checkBoot(ofAdapter: device)
        case .mdev: try checkMediated(device, qemu)
        default: break
        }
    }

    private func checkTeaming(of device: HostdevDevice) throws(ConfigurationError) {
        guard let teaming = device.teaming else { return }
        if teaming.type != .transient {
            throw .unsupported("teaming hostdev devices must have type='transient'")
        }
        if teaming.persistent == nil {
            throw .unsupported("missing required persistent attribute in hostdev teaming element")
        }
    }

    private func checkAddressKind(of device: HostdevDevice) throws(ConfigurationError) {
        guard let kind = device.info.address?.kind else { return }
        switch device.source {
        case .pci where kind != .pci && kind != .unassigned:
            throw .internal("PCI host devices must use 'pci' or 'unassigned' address type")
        case .usb where kind != .usb:
            throw .unsupported("USB host device must use 'usb' address type")
        case .scsi where kind != .drive:
            throw .unsupported("SCSI host device must use 'drive' address type")
        case .scsiHost where kind != .pci && kind != .ccw:
            throw .unsupported("SCSI_host host device must use 'pci' or 'ccw' address type")
        case .mdev where device.model == "vfio-pci" && kind != .pci,
            .mdev where device.model == "vfio-ccw" && kind != .ccw:
            throw .xml(
                "Unsupported address type '\(kind.rawValue)' with mediated device model '\(device.model ?? "")'"
            )
        default: break
        }
    }

    /// What no document can say of a device of the host.
    func checkWords(of device: HostdevDevice) throws(ConfigurationError) {
        switch device.source {
        case .usb(let usb): try check(usb)
        case .scsi(let scsi): try check(scsi)
        default: break
        }
    }

    private func check(_ usb: USBHostdev) throws(ConfigurationError) {
        if usb.vendor != nil, usb.product == nil { throw .internal("missing product") }
        if usb.vendor == nil, usb.product != nil { throw .internal("missing vendor") }
        if usb.vendor == 0 {
            throw .xml("Invalid value for attribute 'id' in element 'vendor': Zero is not permitted")
        }
    }

    private func check(_ scsi: SCSIHostdev) throws(ConfigurationError) {
        if let iscsi = scsi.iscsi {
            if iscsi.name == nil { throw .xml("missing iSCSI hostdev source path name") }
            if iscsi.hosts.count > 1 {
                throw .xml("only one source host address may be specified for the iSCSI hostdev")
            }
            let kind = scsi.auth.map { $0.secret.type ?? "(null)" } ?? "iscsi"
            if kind != "iscsi" { throw .unsupported("invalid secret type \(kind)") }
        } else if scsi.adapter ?? "" == "" {
            throw .xml("'adapter' name must be specified for scsi hostdev source")
        }
    }

    private func checkBoot(ofAdapter device: HostdevDevice) throws(ConfigurationError) {
        if device.info.boot != nil {
            throw .unsupported("booting from assigned devices is not supported by vhost SCSI devices")
        }
    }

    private func checkMediated(_ device: HostdevDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard case .mdev(.some) = device.source else {
            throw .unsupported("Missing 'uuid' attribute for element <address>")
        }
        let model = device.model ?? ""
        if model == "vfio-ap", !qemu.has("vfio-ap") {
            throw .unsupported("VFIO AP device assignment is not supported by this version of QEMU")
        }
        if model == "vfio-ccw", !qemu.has("vfio-ccw") {
            throw .unsupported("VFIO CCW device assignment is not supported by this version of QEMU")
        }
        if device.info.boot != nil, model != "vfio-ccw" {
            throw .unsupported(
                "booting from assigned devices is not supported by mediated devices of model \(model)")
        }
        if model != "vfio-pci" {
            if device.display != nil {
                throw .unsupported(
                    "<hostdev> attribute 'display' is only supported with model='vfio-pci'")
            }
            if device.ramfb != nil {
                throw .unsupported("<hostdev> attribute 'ramfb' is only supported with model='vfio-pci'")
            }
        }
        try checkDisplay(of: device)
    }

    private func checkDisplay(of device: HostdevDevice) throws(ConfigurationError) {
        guard device.display == true, devices.graphics.isEmpty else { return }
        throw .unsupported("graphics device is needed for attribute value 'display=on' in <hostdev>")
    }

    func checkHostdevs() throws(ConfigurationError) {
        let cards = devices.interfaces.compactMap { $0.source.hostdev?.address.pci }
        let places = cards + devices.hostdevs.compactMap(\.hostPlace)
        let isTwice = places.firstRepeated(by: { [$0.domain, $0.bus, $0.slot, $0.function] }) != nil
        if isTwice || devices.hostdevs.firstRepeated(by: \.source) != nil {
            throw .xml("Hostdev already exists in the domain configuration")
        }
        if devices.hostdevs.filter({ $0.ramfb == true }).count > 1 {
            throw .unsupported("Only one vgpu device can have 'ramfb' enabled")
        }
    }
}

extension HostdevDevice {
    /// Where on the host's PCI buses it is, if it is on one.
    fileprivate var hostPlace: PCIAddress? {
        if case .pci(let device) = source { device.address } else { nil }
    }
}
