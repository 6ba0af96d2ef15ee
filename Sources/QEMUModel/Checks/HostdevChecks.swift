import ByteText
import VirtXML

extension DomainDefinition {
    package func check(_ device: HostdevDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkSCSISettings(device)
        try checkAddressKind(of: device)
        try checkInfo(device.info)
        if device.mode == .capabilities {
            throw .unsupported("hostdev mode 'capabilities' is not supported in qemu")
        }
        switch device.source {
        case .pci(let pci):
            if pci.startupPolicy != nil {
                throw .unsupported("Setting startupPolicy is only allowed for USB devices")
            }
            try checkDisplay(of: device)
            if pci.writeFiltering != nil {
                throw .unsupported(
                    "Write filtering of PCI device configuration space is not supported by qemu")
            }
        case .scsiHost(let adapter): try check(adapter, device)
        case .mdev: try checkMediated(device, qemu)
        default: break
        }
        if let teaming = device.teaming, teaming.type != .transient {
            throw .unsupported("teaming hostdev devices must have type='transient'")
        }
        if device.teaming != nil, device.kind != .pci {
            throw .unsupported("teaming is only supported for pci hostdev devices")
        }
    }

    private func checkSCSISettings(_ device: HostdevDevice) throws(ConfigurationError) {
        if device.sgIO == .unfiltered { throw .unsupported("unfiltered sgio is no longer supported") }
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
        default: break
        }
        if case .scsi = device.source, let place = device.info.address?.drive, place.bus > 0 {
            throw .internal("SCSI controller only supports 1 bus")
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
        } else if scsi.adapter ?? "" == "" {
            throw .xml("'adapter' name must be specified for scsi hostdev source")
        }
    }

    private func check(_ adapter: SCSIHostHostdev, _ device: HostdevDevice) throws(ConfigurationError) {
        if adapter.protocol == .none {
            throw .unsupported("Unknown scsi_host subsystem protocol 'none'")
        }
        guard let wwpn = adapter.wwpn else { throw .xml("missing vhost-scsi hostdev source wwpn") }
        let digits = wwpn.droppingBytePrefix("naa.") ?? ""
        guard digits.utf8.count == 16, digits.consists(ofBytesIn: "0123456789abcdefABCDEF") else {
            throw .xml("malformed 'wwpn' value")
        }
        if device.info.boot != nil {
            throw .unsupported("booting from assigned devices is not supported by vhost SCSI devices")
        }
    }

    private func checkMediated(_ device: HostdevDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        guard case .mdev(.some) = device.source else {
            throw .unsupported("Missing 'uuid' attribute for element <address>")
        }
        let model = device.model ?? ""
        if model == "vfio-ccw", let kind = device.info.address?.kind, kind != .ccw {
            throw .xml("Unsupported address type '\(kind.rawValue)' with mediated device model 'vfio-ccw'")
        }
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
        if devices.hostdevs.firstRepeated(by: \.source) != nil {
            throw .xml("Hostdev already exists in the domain configuration")
        }
        if devices.hostdevs.filter({ $0.ramfb == true }).count > 1 {
            throw .unsupported("Only one vgpu device can have 'ramfb' enabled")
        }
    }
}
