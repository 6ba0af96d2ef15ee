import VirtXML

extension DomainDefinition {
    /// What holds for all devices: turns in the boot order, names, and kinds of places.
    func checkInfos() throws(ConfigurationError) {
        var infos: [DeviceInfo] = []
        var copy = devices
        copy.forEachInfo { infos.append($0) }
        var orders: Set<UInt32> = []
        for order in infos.compactMap({ $0.boot?.order }) where !orders.insert(order).inserted {
            throw .unsupported("boot order '\(order)' used for more than one device")
        }
        for info in infos {
            try checkKind(of: info)
            try checkROM(of: info)
        }
        try checkAliases()
        try checkUnassigned()
        try checkUSBDevices()
    }

    private func checkAliases() throws(ConfigurationError) {
        var aliases: Set<String> = []
        var copy = devices
        var names: [String] = []
        copy.consoles = copy.consoles.filter { $0.targetType != .serial }
        copy.forEachInfo { if let alias = $0.alias { names.append(alias) } }
        for alias in names where !aliases.insert(alias).inserted {
            throw .unsupported("non unique alias detected: \(alias)")
        }
    }

    private func checkKind(of info: DeviceInfo) throws(ConfigurationError) {
        if info.address?.kind == .ccw, !board.isCCW {
            throw .unsupported(
                "cannot use CCW address type for device '\(info.alias ?? "<null>")' using machine type '\(os.machine ?? "")'"
            )
        }
        if info.acpiIndex != nil, let kind = info.address?.kind, kind != .pci {
            throw .unsupported("ACPI index is only supported for PCI devices")
        }
    }

    private func checkROM(of info: DeviceInfo) throws(ConfigurationError) {
        guard let rom = info.rom else { return }
        if let kind = info.address?.kind, kind != .pci, kind != .unassigned {
            throw .unsupported("ROM tuning is only supported for PCI devices")
        }
        if rom.enabled == false, rom.bar != nil || rom.file != nil {
            throw .unsupported("ROM tuning is not supported when ROM is disabled")
        }
    }

    private func checkUnassigned() throws(ConfigurationError) {
        var copy = devices
        copy.hostdevs = []
        var found = false
        copy.forEachInfo { if case .unassigned? = $0.address { found = true } }
        if found { throw .unsupported("address of type 'unassigned' is supported only for hostdevs") }
    }

    /// What is plugged into USB needs a bus, and a place on it.
    private func checkUSBDevices() throws(ConfigurationError) {
        var infos = devices.hubs.map(\.info) + devices.redirdevs.map(\.info)
        infos += devices.inputs.filter { $0.bus == .usb }.map(\.info)
        infos += devices.sounds.filter { $0.model == .usb }.map(\.info)
        infos += devices.disks.filter { $0.target.bus == .usb }.map(\.info)
        infos += devices.controllers.filter { $0.type == .ccid }.map(\.info)
        infos += devices.serials.filter { $0.target.type == "usb-serial" }.map(\.info)
        if isUSBDisabled, !devices.hubs.isEmpty {
            throw .unsupported("Can't add USB hub: USB is disabled for this domain")
        }
        if isUSBDisabled, !infos.isEmpty {
            throw .unsupported(
                "USB is disabled for this domain, but USB devices are present in the domain XML")
        }
        infos.removeFirst(devices.hubs.count)
        for info in infos {
            if let kind = info.address?.kind, kind != .usb {
                throw .xml("Invalid address for a USB device")
            }
        }
    }

    /// Lines to the guest are ports of controllers that there are.
    func checkVirtioSerialPorts() throws(ConfigurationError) {
        var used: Set<VirtioSerialAddress> = []
        var places: [VirtioSerialAddress] = []
        var copy = devices
        copy.forEachInfo { if case .virtioSerial(let place)? = $0.address { places.append(place) } }
        let ports = Dictionary(
            devices.controllers.filter { $0.type == .virtioSerial }.map { ($0.index ?? 0, $0.ports ?? 31) },
            uniquingKeysWith: { first, _ in first })
        for place in places {
            guard let count = ports[place.controller] else {
                throw .xml("virtio serial controller \(place.controller) is missing")
            }
            if place.port >= count {
                throw .xml(
                    "virtio serial controller \(place.controller) does not have port \(place.port)")
            }
            if place.port > 0, !used.insert(place).inserted {
                throw .xml(
                    "virtio serial port \(place.port) on controller \(place.controller) is already occupied")
            }
        }
    }
}
