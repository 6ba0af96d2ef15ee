import VirtXML

extension DomainDefinition {
    func check(_ card: InterfaceDevice) throws(ConfigurationError) {
        for (name, size) in [
            ("rx_queue_size", card.driver?.rxQueueSize), ("tx_queue_size", card.driver?.txQueueSize),
        ] {
            if let size, size & (size &- 1) != 0 { throw .unsupported("\(name) has to be a power of two") }
        }
    }

    func check(_ device: HostdevDevice) throws(ConfigurationError) {
        if device.sgIO != nil, device.kind != .scsi {
            throw .xml("sgio is only supported for scsi host device")
        }
        if case .scsiHost = device.source, device.info.boot != nil {
            throw .unsupported("booting from assigned devices is not supported by vhost SCSI devices")
        }
        guard case .mdev(let uuid) = device.source else { return }
        if uuid == nil { throw .unsupported("Missing 'uuid' attribute for element <address>") }
        if device.model == "vfio-ccw", let kind = device.info.address?.kind, kind != .ccw {
            throw .xml("Unsupported address type '\(kind.rawValue)' with mediated device model 'vfio-ccw'")
        }
        if device.display == true, devices.graphics.isEmpty {
            throw .unsupported("graphics device is needed for attribute value 'display=on' in <hostdev>")
        }
    }

    func checkHostdevs() throws(ConfigurationError) {
        if devices.hostdevs.filter({ $0.ramfb == true }).count > 1 {
            throw .unsupported("Only one vgpu device can have 'ramfb' enabled")
        }
        for (index, device) in devices.hostdevs.enumerated() {
            if devices.hostdevs[..<index].contains(where: { $0.source == device.source }) {
                throw .xml("Hostdev already exists in the domain configuration")
            }
        }
    }

    func checkCharacterDevices() throws(ConfigurationError) {
        if !devices.parallels.isEmpty, !board.isX86 { throw .unsupported("parallel ports are not supported") }
        let sources =
            devices.serials.map(\.source) + devices.channels.map(\.source) + devices.parallels.map(\.source)
            + devices.consoles.map(\.source) + devices.redirdevs.map(\.source)
        for source in sources {
            if source.type == .tcp, source.protocol != .raw, source.protocol != .telnet {
                throw .unsupported("tcp chardev protocol '\(source.protocol.rawValue)' not supported")
            }
            if let reconnect = source.reconnect, reconnect.enabled == true, (reconnect.timeout ?? 0) == 0 {
                throw .argument("chardev reconnect source timeout cannot be '0'")
            }
        }
    }

    func checkGraphics() throws(ConfigurationError) {
        let kinds = devices.graphics.map(\.type)
        if kinds.contains(.eglHeadless), kinds.count > 1, !kinds.contains(.vnc), !kinds.contains(.spice) {
            throw .unsupported(
                "graphics type 'egl-headless' is only supported with one of: 'vnc', 'spice' graphics types")
        }
        let accelerated = devices.graphics.filter { $0.gl?.enable == true || $0.type == .eglHeadless }
        if accelerated.count > 1 { throw .unsupported("multiple OpenGL displays are not supported by QEMU") }
        if isUSBDisabled, !devices.hubs.isEmpty {
            throw .unsupported("Can't add USB hub: USB is disabled for this domain")
        }
    }
}
