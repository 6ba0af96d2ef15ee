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
            throw .unsupported("CCW addresses are not supported by machine type '\(os.machine ?? "")'")
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

    /// Kinds of places that this machine, or a device of the kind, can't have at all.
    func checkPlaces() throws(ConfigurationError) {
        try checkUSBPlaces()
        try checkVirtioSerialPorts()
        for disk in devices.disks where disk.target.bus == .virtio {
            guard let kind = disk.info.address?.kind, ![.pci, .ccw, .virtioMMIO].contains(kind) else {
                continue
            }
            throw .unsupported("virtio disk cannot have an address of type '\(kind.rawValue)'")
        }
        for device in devices.hostdevs where device.info.address?.kind == .unassigned {
            if case .usb = device.source { throw .unsupported("USB host device must use 'usb' address type") }
        }
        try checkUnassigned()
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
        if isUSBDisabled, !devices.hubs.isEmpty {
            throw .unsupported("Can't add USB hub: USB is disabled for this domain")
        }
        let isUsed =
            !usbInfos.isEmpty || devices.disks.contains { $0.target.bus == .usb }
            || devices.serials.contains { $0.target.type == "usb-serial" }
        let hasBus = devices.controllers.contains { $0.type == .usb && $0.model != "none" }
        if !hasBus, isUsed {
            throw .unsupported(
                "USB is disabled for this domain, but USB devices are present in the domain XML")
        }
    }

    private func checkUSBPlaces() throws(ConfigurationError) {
        let places = usbInfos.compactMap { $0.address?.kind }
        if places.contains(where: { $0 != .usb }) { throw .xml("Invalid address for a USB device") }
    }

    /// What is plugged into a USB port, hubs and disks aside.
    private var usbInfos: [DeviceInfo] {
        var infos = devices.redirdevs.map(\.info)
        infos += devices.inputs.filter { $0.bus == .usb }.map(\.info)
        infos += devices.sounds.filter { $0.model == .usb }.map(\.info)
        infos += devices.controllers.filter { $0.type == .ccid }.map(\.info)
        return infos
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
