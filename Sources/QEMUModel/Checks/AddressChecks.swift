import VirtXML

extension DomainDefinition {
    /// A device's turn in the boot order belongs to it alone.
    func checkBootOrders() throws(ConfigurationError) {
        var orders: Set<UInt32> = [], twice: UInt32?
        for order in devices.infos.compactMap(\.boot?.order) where !orders.insert(order).inserted {
            twice = twice ?? order
        }
        if let twice { throw .unsupported("boot order '\(twice)' used for more than one device") }
        if !orders.isEmpty, !os.boot.isEmpty {
            throw .unsupported("per-device boot elements cannot be used together with os/boot elements")
        }
    }

    /// Only what is the host's may have no place in the guest. This comes before all else that is asked of a device.
    func checkAssigned(_ info: DeviceInfo) throws(ConfigurationError) {
        if case .unassigned? = info.address {
            throw .unsupported("address of type 'unassigned' is supported only for hostdevs")
        }
    }

    /// A place that the machine doesn't know, and what only a device on a PCI bus has.
    func checkInfo(_ info: DeviceInfo) throws(ConfigurationError) {
        try checkKind(of: info)
        try checkROM(of: info)
    }

    /// What holds for a device of which no more is asked that any hypervisor would ask.
    func checkPlace(_ info: DeviceInfo) throws(ConfigurationError) {
        try checkAssigned(info)
        try checkInfo(info)
    }

    func checkAliases() throws(ConfigurationError) {
        var aliases: Set<String> = []
        var devices = devices
        devices.consoles.removeAll { $0.targetType == .serial }
        for alias in devices.infos.compactMap(\.alias) where !aliases.insert(alias).inserted {
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
        guard info.rom != nil else { return }
        if let kind = info.address?.kind, kind != .pci, kind != .unassigned {
            throw .unsupported("ROM tuning is only supported for PCI devices")
        }
    }

    /// Nothing is said of memory that isn't there.
    func checkDisabledROMs() throws(ConfigurationError) {
        let disabled = devices.infos.compactMap(\.rom).filter { $0.enabled == false }
        if disabled.contains(where: { $0.bar != nil || $0.file != nil }) {
            throw .unsupported("ROM tuning is not supported when ROM is disabled")
        }
    }

    /// Virtio disks are where the machine has devices of their family.
    func checkVirtioDisks() throws(ConfigurationError) {
        for disk in devices.disks where disk.target.bus == .virtio {
            guard let kind = disk.info.address?.kind, ![.pci, .ccw, .virtioMMIO].contains(kind)
            else { continue }
            throw .unsupported("virtio disk cannot have an address of type '\(kind.rawValue)'")
        }
    }

    /// What is plugged into USB needs a bus, and a place on it.
    func checkUSBDevices() throws(ConfigurationError) {
        let isUsed =
            !usbInfos.isEmpty || !devices.hubs.isEmpty || devices.disks.contains { $0.target.bus == .usb }
            || devices.serials.contains { $0.target.type == "usb-serial" }
            || devices.interfaces.contains { $0.model == "usb-net" }
            || devices.filesystems.contains { $0.driver?.type == "mtp" }
            || devices.hostdevs.contains { $0.kind == .usb || $0.mode == .capabilities }
        let hasBus = devices.controllers.contains { $0.type == .usb && $0.model != "none" }
        if !hasBus, isUsed {
            throw .unsupported(
                "USB is disabled for this domain, but USB devices are present in the domain XML")
        }
    }

    func checkUSBPlaces() throws(ConfigurationError) {
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
        let ports = Dictionary(
            devices.controllers.filter { $0.type == .virtioSerial }.map { ($0.index ?? 0, $0.ports ?? 31) },
            uniquingKeysWith: { first, _ in first })
        for case .virtioSerial(let place)? in devices.infos.map(\.address) {
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
