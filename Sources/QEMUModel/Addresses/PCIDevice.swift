import VirtXML

/// A device of a domain that may be on a PCI bus, by its position in the definition.
struct PCIDevice {
    let kind: PCIKind
    let index: Int

    /// A controller by its position, whatever its type.
    static func controller(_ index: Int) -> PCIDevice { PCIDevice(kind: controllers, index: index) }

    /// The first graphics card.
    static let primaryVideo = PCIDevice(kind: .many(\.videos) { $1.connection(of: $0) }, index: 0)

    private static let controllers = PCIKind.many(\.controllers) { $1.connection(of: $0) }

    /// All of them in the order in which they get their places.
    static func all(of domain: DomainDefinition) -> [PCIDevice] {
        PCIKind.all.flatMap { kind in
            kind.indices(domain.devices).map { PCIDevice(kind: kind, index: $0) }
        }
    }

    /// Its position among the devices of a type, if it is of that type.
    func index<T: Device>(among type: T.Type) -> Int? { kind.type == type ? index : nil }

    /// The controller that it is, if it is one.
    func controller(in domain: DomainDefinition) -> ControllerDevice? {
        index(among: ControllerDevice.self).map { domain.devices.controllers[$0] }
    }

    /// The element that it comes from.
    var origin: QEMUOrigin { kind.origin(index) }

    /// What people call it; its place among its kind may still change.
    func name(in domain: DomainDefinition) -> String {
        if let controller = controller(in: domain) {
            return "\(controller.type.rawValue) controller \(controller.index ?? 0)"
        }
        if let disk = index(among: DiskDevice.self) {
            return "disk '\(domain.devices.disks[disk].target.dev)'"
        }
        return origin.path.map { String($0.dropFirst("devices/".count)) } ?? ""
    }

    func info(in domain: DomainDefinition) -> DeviceInfo? { kind.info(domain.devices, index) }

    /// Where the device stands on the host, if it is one of the host's.
    func hostAddress(in domain: DomainDefinition) -> PCIAddress? {
        if let index = index(among: HostdevDevice.self),
            case .pci(let source) = domain.devices.hostdevs[index].source
        {
            return source.address
        }
        if let index = index(among: InterfaceDevice.self) {
            let card = domain.devices.interfaces[index]
            if card.type == .hostdev, case .pci(let address)? = card.source.hostdev?.address {
                return address
            }
        }
        return nil
    }

    /// Puts it in a place. The identity by which guests of s390 find it stays.
    func setPlace(_ place: PCILocation, in domain: inout DomainDefinition) {
        kind.change(&domain.devices, index) { info in
            var address = place.address
            address.zpci = info.address?.pci?.zpci
            info.address = .pci(address)
        }
    }

    /// Whether a place is to be found for the device.
    func needsPlace(_ info: DeviceInfo, in domain: DomainDefinition, _ board: Board) -> Bool {
        switch info.address {
        case nil: return true
        case .pci(let address)?: return address.isEmpty && connection(in: domain, board) != nil
        default: return false
        }
    }

    /// Whether several devices of the kind share a slot.
    func aggregates(in domain: DomainDefinition) -> Bool {
        guard let controller = controller(in: domain), controller.type == .pci else { return false }
        return controller.model == PCIBusModel.rootPort.rawValue
    }

    /// What kind of slot the device needs; nil if it is on no PCI bus.
    func connection(in domain: DomainDefinition, _ board: Board) -> PCIConnection? {
        kind.connection(domain.devices, index, PCIBuses(express: domain.hasPCIeRoot, board: board))
    }
}
