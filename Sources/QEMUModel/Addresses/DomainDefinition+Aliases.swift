import ByteText
import VirtXML

extension DomainDefinition {
    /// Names all devices as libvirt does. Names that the user chose stay.
    package mutating func assignAliases(_ qemu: QEMUCapabilities) {
        let narrow = Set(
            devices.controllers.filter { $0.type == .scsi && $0.model == "lsilogic" }.compactMap(\.index))
        for index in devices.disks.indices {
            let alias = diskAlias(devices.disks[index], narrow)
            devices.disks[index].info.take(alias)
        }
        for index in devices.controllers.indices {
            let alias = controllerAlias(devices.controllers[index])
            devices.controllers[index].info.take(alias)
        }
        number(&devices.filesystems, "fs")
        nameInterfaces()
        number(&devices.hostdevs, "hostdev", from: devices.interfaces.filter { $0.type == .hostdev }.count)
        number(&devices.sounds, "sound")
        number(&devices.videos, "video")
        number(&devices.serials, "serial")
        number(&devices.parallels, "parallel")
        number(&devices.channels, "channel")
        nameConsoles()
        number(&devices.hubs, "hub")
        number(&devices.shmems, "shmem")
        number(&devices.smartcards, "smartcard")
        number(&devices.redirdevs, "redir")
        number(&devices.inputs, "input")
        number(&devices.watchdogs, "watchdog")
        number(&devices.rngs, "rng")
        number(&devices.tpms, "tpm")
        number(&devices.iommus, "iommu")
        number(&devices.cryptos, "crypto")
        nameMemory()
        if devices.memballoon?.model != MemballoonDevice.Model.none {
            single(&devices.memballoon, "balloon0")
        }
        single(&devices.nvram, "nvram")
        single(&devices.vsock, "vsock0")
        single(&devices.pstore, "pstore0")
    }

    private func number<T: Device>(_ list: inout [T], _ prefix: String, from first: Int = 0) {
        for index in list.indices { list[index].info.take("\(prefix)\(first + index)") }
    }

    private func single<T: Device>(_ device: inout T?, _ alias: String) {
        guard var copy = device else { return }
        copy.info.take(alias)
        device = copy
    }

    /// Cards of the host are named among the devices of the host.
    private mutating func nameInterfaces() {
        var hostdev = 0
        for index in devices.interfaces.indices {
            if devices.interfaces[index].type == .hostdev {
                devices.interfaces[index].info.take("hostdev\(hostdev)")
                hostdev += 1
            } else {
                devices.interfaces[index].info.take("net\(index)")
            }
        }
    }

    /// A console that is a serial port has the port's name.
    private mutating func nameConsoles() {
        for index in devices.consoles.indices {
            if index == 0, devices.consoles[index].targetType == .serial, let serial = devices.serials.first {
                devices.consoles[index].info.alias = serial.info.alias
            }
            devices.consoles[index].info.take("console\(index)")
        }
    }

    private mutating func nameMemory() {
        var seen: [MemoryDevice.Model: Int] = [:]
        for index in devices.memories.indices {
            let memory = devices.memories[index]
            var number = seen[memory.model, default: 0]
            seen[memory.model] = number + 1
            if case .dimm(let address)? = memory.info.address, let slot = address.slot {
                number = Int(slot)
            }
            let prefix = memory.model.rawValue.replacing(byte: "-", with: "")
            devices.memories[index].info.take("\(prefix)\(number)")
        }
    }

    /// - Parameter narrow: the SCSI controllers whose buses are narrow.
    private func diskAlias(_ disk: DiskDevice, _ narrow: Set<UInt32>) -> String {
        let bus = disk.target.bus?.rawValue ?? "ide"
        guard let place = disk.info.address?.drive else {
            return "\(bus)-disk\(DiskTarget.index(disk.target.dev) ?? 0)"
        }
        if disk.target.bus == .scsi, !narrow.contains(place.controller) {
            return "scsi\(place.controller)-\(place.bus)-\(place.target)-\(place.unit)"
        }
        return "\(bus)\(place.controller)-\(place.bus)-\(place.unit)"
    }

    private func controllerAlias(_ controller: ControllerDevice) -> String {
        let index = controller.index ?? 0
        switch controller.type {
        case .pci:
            if controller.model == "pcie-root" { return "pcie.\(index)" }
            return board.numbersPCIBuses ? "pci.\(index)" : "pci"
        case .ide where board.hasIDE && index == 0: return "ide"
        case .sata where board.isQ35 && index == 0: return "ide"
        case .usb: return index == 0 ? "usb" : "usb\(index)"
        case .scsi where board.hasBuiltInSCSI && index == 0: return "scsi"
        default: return "\(controller.type.rawValue)\(index)"
        }
    }
}

extension DeviceInfo {
    /// Takes an alias, if the user chose none.
    fileprivate mutating func take(_ alias: String) {
        if self.alias == nil { self.alias = alias }
    }
}
