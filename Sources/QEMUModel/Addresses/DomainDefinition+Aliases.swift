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
        nameInterfaces()
        let cards = devices.interfaces.filter { $0.type == .hostdev }.count
        for index in devices.hostdevs.indices { devices.hostdevs[index].info.take("hostdev\(cards + index)") }
        for kind in DeviceKind.all where !Self.namedOtherwise.contains(kind.elementName) { number(kind) }
        nameConsoles()
        nameMemory()
        devices.nvram?.info.take("nvram")
        if devices.memballoon?.model != MemballoonDevice.Model.none {
            devices.memballoon?.info.take("balloon0")
        }
    }

    /// Kinds whose names are not just a word and a number; panic devices have none.
    private static let namedOtherwise: Set = [
        "disk", "controller", "interface", "hostdev", "console", "memory", "nvram", "memballoon", "panic",
    ]

    /// The words that stand for those that aren't called after their elements.
    private static let words = ["filesystem": "fs", "redirdev": "redir"]

    private mutating func number(_ kind: DeviceKind) {
        var number = 0
        devices.forEachInfo(of: kind) { info in
            info.take("\(Self.words[kind.elementName] ?? kind.elementName)\(number)")
            number += 1
        }
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
