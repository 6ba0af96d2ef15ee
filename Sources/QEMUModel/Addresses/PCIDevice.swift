import VirtXML

/// A device of a domain that may be on a PCI bus, by its position in the definition.
enum PCIDevice {
    case controller(Int), filesystem(Int), interface(Int), sound(Int), disk(Int), hostdev(Int), balloon, rng(
        Int)
    case watchdog(Int), iommu(Int), video(Int), shmem(Int), input(Int), serial(Int), memory(Int), vsock,
        panic(Int)
    case crypto(Int), pstore

    /// All of them in the order in which they get their places.
    static func all(of domain: DomainDefinition) -> [PCIDevice] {
        let devices = domain.devices
        let pci = devices.controllers.indices.filter { devices.controllers[$0].type == .pci }
        let others = devices.controllers.indices.filter { devices.controllers[$0].type != .pci }
        var list: [PCIDevice] = pci.map { .controller($0) }
        list += devices.filesystems.indices.map { .filesystem($0) }
        let isHosts = { devices.interfaces[$0].type == .hostdev }
        list += devices.interfaces.indices.filter { !isHosts($0) }.map { .interface($0) }
        list += devices.sounds.indices.map { .sound($0) }
        list += others.map { .controller($0) }
        list += devices.disks.indices.map { .disk($0) }
        list += devices.interfaces.indices.filter(isHosts).map { .interface($0) }
        list += devices.hostdevs.indices.map { .hostdev($0) }
        list.append(.balloon)
        list += devices.rngs.indices.map { .rng($0) }
        list += devices.watchdogs.indices.map { .watchdog($0) }
        list += devices.iommus.indices.map { .iommu($0) }
        list += devices.videos.indices.map { .video($0) }
        list += devices.shmems.indices.map { .shmem($0) }
        list += devices.inputs.indices.map { .input($0) }
        list += devices.serials.indices.map { .serial($0) }
        list += devices.memories.indices.map { .memory($0) }
        list.append(.vsock)
        list += devices.panics.indices.map { .panic($0) }
        list += devices.cryptos.indices.map { .crypto($0) }
        list.append(.pstore)
        return list
    }

    /// The element that it comes from.
    var origin: QEMUOrigin {
        switch self {
        case .controller(let index): .device(ControllerDevice.self, index)
        case .filesystem(let index): .device(FilesystemDevice.self, index)
        case .interface(let index): .device(InterfaceDevice.self, index)
        case .sound(let index): .device(SoundDevice.self, index)
        case .disk(let index): .device(DiskDevice.self, index)
        case .hostdev(let index): .device(HostdevDevice.self, index)
        case .balloon: .element("devices/memballoon")
        case .rng(let index): .device(RNGDevice.self, index)
        case .watchdog(let index): .device(WatchdogDevice.self, index)
        case .iommu(let index): .device(IOMMUDevice.self, index)
        case .video(let index): .device(VideoDevice.self, index)
        case .shmem(let index): .device(ShmemDevice.self, index)
        case .input(let index): .device(InputDevice.self, index)
        case .serial(let index): .device(SerialDevice.self, index)
        case .memory(let index): .device(MemoryDevice.self, index)
        case .vsock: .element("devices/vsock")
        case .panic(let index): .device(PanicDevice.self, index)
        case .crypto(let index): .device(CryptoDevice.self, index)
        case .pstore: .element("devices/pstore")
        }
    }

    /// What people call it; its place among its kind may still change.
    func name(in domain: DomainDefinition) -> String {
        switch self {
        case .controller(let index):
            let controller = domain.devices.controllers[index]
            return "\(controller.type.rawValue) controller \(controller.index ?? 0)"
        case .disk(let index): return "disk '\(domain.devices.disks[index].target.dev)'"
        default: return origin.path.map { String($0.dropFirst("devices/".count)) } ?? ""
        }
    }

    func info(in domain: DomainDefinition) -> DeviceInfo? {
        let devices = domain.devices
        switch self {
        case .controller(let index): return devices.controllers[index].info
        case .filesystem(let index): return devices.filesystems[index].info
        case .interface(let index): return devices.interfaces[index].info
        case .sound(let index): return devices.sounds[index].info
        case .disk(let index): return devices.disks[index].info
        case .hostdev(let index): return devices.hostdevs[index].info
        case .balloon: return devices.memballoon?.info
        case .rng(let index): return devices.rngs[index].info
        case .watchdog(let index): return devices.watchdogs[index].info
        case .iommu(let index): return devices.iommus[index].info
        case .video(let index): return devices.videos[index].info
        case .shmem(let index): return devices.shmems[index].info
        case .input(let index): return devices.inputs[index].info
        case .serial(let index): return devices.serials[index].info
        case .memory(let index): return devices.memories[index].info
        case .vsock: return devices.vsock?.info
        case .panic(let index): return devices.panics[index].info
        case .crypto(let index): return devices.cryptos[index].info
        case .pstore: return devices.pstore?.info
        }
    }

    /// Where the device stands on the host, if it is one of the host's.
    func hostAddress(in domain: DomainDefinition) -> PCIAddress? {
        switch self {
        case .hostdev(let index):
            if case .pci(let source) = domain.devices.hostdevs[index].source { return source.address }
            return nil
        case .interface(let index):
            let card = domain.devices.interfaces[index]
            guard card.type == .hostdev, case .pci(let address)? = card.source.hostdev?.address else {
                return nil
            }
            return address
        default: return nil
        }
    }

    func setPlace(_ place: PCILocation, in domain: inout DomainDefinition) {
        switch self {
        case .controller(let index): set(place, &domain.devices.controllers[index].info)
        case .filesystem(let index): set(place, &domain.devices.filesystems[index].info)
        case .interface(let index): set(place, &domain.devices.interfaces[index].info)
        case .sound(let index): set(place, &domain.devices.sounds[index].info)
        case .disk(let index): set(place, &domain.devices.disks[index].info)
        case .hostdev(let index): set(place, &domain.devices.hostdevs[index].info)
        case .balloon: domain.devices.memballoon?.info.address = .pci(place.address)
        case .rng(let index): set(place, &domain.devices.rngs[index].info)
        case .watchdog(let index): set(place, &domain.devices.watchdogs[index].info)
        case .iommu(let index): set(place, &domain.devices.iommus[index].info)
        case .video(let index): set(place, &domain.devices.videos[index].info)
        case .shmem(let index): set(place, &domain.devices.shmems[index].info)
        case .input(let index): set(place, &domain.devices.inputs[index].info)
        case .serial(let index): set(place, &domain.devices.serials[index].info)
        case .memory(let index): set(place, &domain.devices.memories[index].info)
        case .vsock: domain.devices.vsock?.info.address = .pci(place.address)
        case .panic(let index): set(place, &domain.devices.panics[index].info)
        case .crypto(let index): set(place, &domain.devices.cryptos[index].info)
        case .pstore: domain.devices.pstore?.info.address = .pci(place.address)
        }
    }

    /// The identity by which guests of s390 find it stays.
    private func set(_ place: PCILocation, _ info: inout DeviceInfo) {
        var address = place.address
        address.zpci = info.address?.pci?.zpci
        info.address = .pci(address)
    }
}
