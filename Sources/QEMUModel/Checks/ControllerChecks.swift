import ByteText
import VirtXML

extension DomainDefinition {
    package func check(_ controller: ControllerDevice, _ qemu: QEMUCapabilities) throws(ConfigurationError) {
        try checkAssigned(controller.info)
        if controller.type == .pci { try checkPCI(controller) }
        try check(controller.driver, of: controller)
        try checkInfo(controller.info)
        switch controller.type {
        case .ide: try checkIDE(controller)
        case .sata where !qemu.has("ich9-ahci"):
            throw .unsupported("SATA is not supported with this QEMU binary")
        case .scsi: try checkSCSI(controller, qemu)
        case .usb: try checkUSB(controller)
        case .pci: try checkPCIOptions(controller)
        default: break
        }
    }

    private func check(
        _ driver: ControllerDevice.Driver?, of controller: ControllerDevice
    ) throws(ConfigurationError) {
        guard let driver, controller.type != .scsi || !Self.isVirtioSCSI(controller.model) else {
            if let kind = controller.info.address?.kind, kind != .pci, kind != .ccw,
                controller.driver?.iothread != nil || controller.driver?.iothreads.isEmpty == false
            {
                throw .unsupported(
                    "virtio-scsi IOThreads only available for virtio pci and virtio ccw controllers")
            }
            if controller.driver?.iothread != nil, controller.driver?.iothreads.isEmpty == false {
                throw .xml(
                    "controller driver 'iothread' attribute can't be used together with 'iothreads' subelement"
                )
            }
            let threads = controller.driver?.iothread.map { [$0] } ?? controller.driver?.iothreads.map(\.id)
            for thread in threads ?? [] where !hasIOThread(thread) {
                throw .unsupported("controller iothread '\(thread)' not defined in iothreadid")
            }
            return
        }
        if !driver.iothreads.isEmpty {
            throw .unsupported("iothreads are supported only by 'virtio-scsi' controllers")
        }
        for (name, isSet) in [
            ("queues", driver.queues != nil), ("cmd_per_lun", driver.commandsPerLUN != nil),
            ("max_sectors", driver.maxSectors != nil), ("ioeventfd", driver.ioeventfd != nil),
        ] where isSet {
            throw .unsupported("'\(name)' is only supported by virtio-scsi controller")
        }
    }

    /// What a document can't say of any but one kind of controller.
    func checkControllerThreads() throws(ConfigurationError) {
        for controller in devices.controllers where controller.driver?.iothread != nil {
            if controller.type != .scsi || controller.model.map(Self.isVirtioSCSI) == false {
                throw .xml("'iothread' attribute only supported for virtio scsi controllers")
            }
        }
    }

    static func isVirtioSCSI(_ model: String?) -> Bool { model?.hasBytePrefix("virtio") == true }

    private func checkIDE(_ controller: ControllerDevice) throws(ConfigurationError) {
        guard board.hasIDE else {
            throw .unsupported("IDE controllers are unsupported for this QEMU binary or machine type")
        }
        if (controller.index ?? 0) != 0 {
            throw .unsupported("Only a single IDE controller is supported for this machine type")
        }
    }

    private func checkSCSI(
        _ controller: ControllerDevice, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        let models: [String: (driver: String, name: String)] = [
            "lsilogic": ("lsi53c895a", "the LSI 53C895A SCSI controller"),
            "lsisas1068": ("mptsas1068", "the LSI SAS1068 (MPT Fusion) controller"),
            "lsisas1078": ("megasas", "the LSI SAS1078 (MegaRAID) controller"),
            "vmpvscsi": ("pvscsi", "the pvscsi (VMware paravirtual SCSI) controller"),
        ]
        let model = controller.model ?? ""
        if model == "buslogic" { throw .unsupported("Unsupported controller model: buslogic") }
        if model == "ncr53c90", !board.hasBuiltInSCSI {
            throw .unsupported("ncr53c90 SCSI controller is not a built-in for this machine")
        }
        guard let known = models[model], !qemu.has(known.driver) else { return }
        throw .unsupported("This QEMU doesn't support \(known.name)")
    }

    private func checkUSB(_ controller: ControllerDevice) throws(ConfigurationError) {
        switch controller.model {
        case "qusb1", "qusb2":
            throw .unsupported("USB controller model type 'qusb1' or 'qusb2' is not supported in qemu")
        case "qemu-xhci", "nec-xhci":
            guard let ports = controller.ports, ports > 15 else { return }
            throw .unsupported("'\(controller.model ?? "")' controller only supports up to '15' ports")
        default: break
        }
    }

    /// A number stands for one controller of a type; companions share that of the one that owns the bus.
    func checkControllerNumbers() throws(ConfigurationError) {
        var seen: [ControllerDevice.Kind: Set<UInt32>] = [:]
        for controller in devices.controllers where controller.info.masterStartPort == nil {
            guard let index = controller.index, controller.type != .usb else { continue }
            if seen[controller.type, default: []].insert(index).inserted { continue }
            throw .xml("Multiple '\(controller.type.rawValue)' controllers with index '\(index)'")
        }
    }

    /// The same of USB controllers, whose companions share the number of the one that owns the bus.
    func checkUSBNumbers() throws(ConfigurationError) {
        var seen: Set<UInt32> = []
        for controller in devices.controllers
        where controller.type == .usb && controller.info.masterStartPort == nil {
            guard let index = controller.index, controller.model?.hasBytePrefix("ich9-") != true,
                !seen.insert(index).inserted
            else { continue }
            throw .xml("Duplicate USB controllers with index \(index)")
        }
    }

    /// What a PCI bus can't carry, though it would have to.
    func checkPlugs() throws(ConfigurationError) {
        let hasPlug =
            !devices.controllers.contains { [.xenbus, .isa].contains($0.type) && $0.info.address == nil }
            && !devices.videos.enumerated().contains { $1.type == .gop && !isPrimaryOfPC($0) }
            && !isOnPCI(devices.memballoon) && !devices.sounds.contains { $0.model == .ich7 }
            && (board.isCCW
                || !devices.filesystems.contains {
                    ["loop", "nbd", "ploop"].contains($0.driver?.type ?? "path")
                })
        if hasPlug { return }
        if !devices.controllers.contains(where: { $0.type == .pci }) { throw .noPCIBuses }
        throw .internal("Cannot automatically add a new PCI bus for a device with connect flags 00")
    }

    /// What QEMU has no balloon for is put on PCI all the same, unless the machine has channels.
    private func isOnPCI(_ balloon: MemballoonDevice?) -> Bool {
        guard let balloon, balloon.model == .xen else { return false }
        return !board.isCCW || balloon.info.address?.kind == .pci
    }

    /// The first card of a PC has its place, whatever it is.
    private func isPrimaryOfPC(_ video: Int) -> Bool { video == 0 && (board.isI440FX || board.isQ35) }

    /// A controller that shares a bus needs one that owns it, and where there is no USB there is no controller.
    func checkUSBFamilies() throws(ConfigurationError) {
        let all = devices.controllers.filter { $0.type == .usb }
        if all.count > 1, isUSBDisabled {
            throw .detail("Can't add another USB controller: USB is disabled for this domain")
        }
        let masters = Set(all.filter { !$0.isUSBCompanion }.map { $0.index ?? 0 })
        if all.contains(where: { $0.isUSBCompanion && !masters.contains($0.index ?? 0) }) {
            throw .detail("No master USB controller specified")
        }
        guard isUSBDisabled else { return }
        if devices.inputs.contains(where: { $0.bus == .usb }) {
            throw .unsupported("Can't add USB input device. USB bus is disabled")
        }
        if devices.hostdevs.contains(where: { $0.kind == .usb }) {
            throw .unsupported("Can't add host USB device: USB is disabled in this host")
        }
        if !devices.hubs.isEmpty { throw .unsupported("Can't add USB hub: USB is disabled for this domain") }
    }

    /// Whether the document does without USB.
    var isUSBDisabled: Bool { devices.controllers.contains { $0.type == .usb && $0.model == "none" } }

    /// Identities on s390 are unique and not zero.
    func checkZPCI(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        var uids: Set<UInt32> = [], fids: Set<UInt32> = []
        for zpci in devices.infos.compactMap(\.address?.pci?.zpci) {
            if let uid = zpci.uid, !uids.insert(uid).inserted {
                throw .internal("zPCI uid \(String(uid, radix: 8)) is already reserved")
            }
            if let fid = zpci.fid, !fids.insert(fid).inserted {
                throw .internal("zPCI fid \(String(fid, radix: 8)) is already reserved")
            }
            if let uid = zpci.uid, uid == 0 || uid > 0xffff {
                throw .xml("Invalid PCI address uid='0x\(hex(uid, 4))', must be > 0x0000 and <= 0xffff")
            }
            if !qemu.has("zpci") { throw .unsupported("This QEMU binary doesn't support zPCI") }
        }
    }
}

extension ControllerDevice {
    /// Whether it shares the bus of another.
    fileprivate var isUSBCompanion: Bool {
        info.masterStartPort != nil || model?.hasBytePrefix("ich9-uhci") == true
    }
}
