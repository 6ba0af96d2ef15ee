import JSON
import VirtXML

extension QEMUGuest {
    /// Adds what tells QEMU where a device is plugged in.
    func addAddress(
        of info: DeviceInfo, to device: inout JSONObject
    ) throws(ConfigurationError) {
        switch info.address {
        case .pci(let address): try addPCI(address, info, &device)
        case .usb(let address): try addUSB(address, &device)
        case .ccw(let address): device.add("devno", address.qemuText)
        case .spaprVIO(let address): device.add("reg", address.reg)
        case .isa(let address):
            device.add("iobase", address.iobase ?? 0)
            device.add("irq", address.irq.flatMap { $0 == 0 ? nil : $0 })
        case .dimm(let address):
            device.add("slot", address.slot)
            device.add("addr", address.base)
        case .virtioSerial(let address):
            let alias = try controllerAlias(.virtioSerial, address.controller)
            device.add("bus", "\(alias).\(address.bus)")
            device.add("nr", address.port)
        case .ccid(let address):
            device.add("bus", "\(try controllerAlias(.ccid, address.controller)).0")
        case .drive, .virtioMMIO, .virtioS390, .unassigned, nil: break
        }
    }

    private func addPCI(
        _ address: PCIAddress, _ info: DeviceInfo, _ device: inout JSONObject
    ) throws(ConfigurationError) {
        device.add("bus", try pciBus(address))
        device.add("multifunction", address.multifunction)
        let slot = "0x" + String(address.slot, radix: 16)
        device.add("addr", address.function == 0 ? slot : slot + ".0x" + String(address.function, radix: 16))
        device.add("acpi-index", info.acpiIndex)
    }

    /// The name of the bus that an address is on. Host bridges of pSeries offer a bus `.0` each.
    private func pciBus(_ address: PCIAddress) throws(ConfigurationError) -> String {
        // Roots keep QEMU's own names, whatever the user calls them.
        if address.bus == 0 { return rootBus }
        guard let controller = controller(.pci, address.bus), let alias = controller.info.alias else {
            throw .internal("Could not find PCI controller with index \(address.bus) required for device")
        }
        let isHostBridge =
            controller.model == "pci-root" && controller.pciModelName == "spapr-pci-host-bridge"
        return isHostBridge && (controller.pciTarget?.index ?? 0) > 0 ? alias + ".0" : alias
    }

    private var rootBus: String {
        if domain.hasPCIeRoot { return "pcie.0" }
        return domain.board.numbersPCIBuses ? "pci.0" : "pci"
    }

    private func addUSB(_ address: USBAddress, _ device: inout JSONObject) throws(ConfigurationError) {
        device.add("bus", "\(try controllerAlias(.usb, address.bus)).0")
        guard !address.port.isEmpty else { return }
        device.add("port", address.port.map { String($0) }.joined(separator: "."))
    }

    /// Adds what tells QEMU about a PCI device's boot ROM.
    func addROM(of info: DeviceInfo, to device: inout JSONObject) {
        guard let rom = info.rom else { return }
        if rom.enabled == false { return device.add("romfile", "") }
        device.add("rombar", rom.bar.map { $0 ? 1 : 0 })
        device.add("romfile", rom.file)
    }

    /// Adds the device's turn in the boot order, and what else it is told about booting.
    func addBoot(of info: DeviceInfo, to device: inout JSONObject) {
        guard let boot = info.boot else { return }
        device.add("bootindex", boot.order)
        if loadparmIsDeviceProperty { device.add("loadparm", boot.loadparm) }
    }
}

extension CCWAddress {
    /// As QEMU writes it: `fe.0.0001`.
    var qemuText: String { "\(hex(cssid ?? 0, 1)).\(hex(ssid ?? 0, 1)).\(hex(devno ?? 0, 4))" }
}
