import VirtXML

/// One attempt to place all PCI devices of a domain.
struct PCIPlan {
    let board: Board
    private(set) var slots = PCIAddressSet()
    private let iommuGroup: (PCIAddress) -> Int?
    /// Where the USB controllers with a number stand in the document.
    private(set) var usbFamilies: [UInt32?: [Int]] = [:]

    init(board: Board, iommuGroup: @escaping (PCIAddress) -> Int?) {
        self.board = board
        self.iommuGroup = iommuGroup
    }

    /// What keeps devices apart on pSeries, where errors take a whole bus down: the devices of each of the host's
    /// groups have buses of their own, and what is emulated (0) has the rest.
    private func isolation(_ device: PCIDevice, _ domain: DomainDefinition) -> Int {
        guard board.isPSeries, let source = device.hostAddress(in: domain) else { return 0 }
        return iommuGroup(source).map { $0 + 1 } ?? 0
    }

    /// The device whose turn is before all others'.
    var first: PCIDevice?

    /// Takes a place that belongs to the board.
    mutating func take(_ place: PCILocation) { slots.occupy(place) }

    /// Takes a place that belongs to the board and that no device of the document may have.
    mutating func takeFree(_ place: PCILocation) throws(ConfigurationError) {
        try slots.requireFree(place)
        take(place)
    }

    /// Notes the buses, and the places that the document gives.
    mutating func prepare(_ domain: DomainDefinition) throws(ConfigurationError) {
        try addBuses(domain)
        for (place, controller) in domain.devices.controllers.enumerated() where controller.type == .usb {
            usbFamilies[controller.index, default: []].append(place)
        }
        for index in domain.devices.controllers.indices { try reserve(domain, .controller(index)) }
        for device in PCIDevice.all(of: domain) {
            if device.controller(in: domain) != nil { continue }
            try reserve(domain, device)
        }
    }

    private mutating func addBuses(_ domain: DomainDefinition) throws(ConfigurationError) {
        for controller in domain.devices.controllers where controller.type == .pci {
            guard let model = controller.model.flatMap({ PCIBusModel(rawValue: $0) }),
                let index = controller.index
            else { continue }
            slots.addBus(Int(index), model)
        }
        if board.isCCW, slots.model(of: 0) == nil { slots.addBus(0, .pciRoot) }
    }

    private mutating func reserve(_ domain: DomainDefinition, _ device: PCIDevice) throws(ConfigurationError)
    {
        guard let info = device.info(in: domain) else { return }
        try reserve(
            info, device.connection(in: domain, board) ?? .pci, aggregate: device.aggregates(in: domain),
            isolation(device, domain))
    }

    private mutating func reserve(
        _ info: DeviceInfo, _ connection: PCIConnection, aggregate: Bool = false, _ isolation: Int = 0
    ) throws(ConfigurationError) {
        guard case .pci(let address)? = info.address, !address.isEmpty else { return }
        if slots.isEmpty { throw .noPCIBuses }
        slots.isolate(Int(address.bus), isolation)
        try slots.reserve(PCILocation(address), connection, aggregate: aggregate)
    }

    /// A slot that isn't there: its kind, and the device that it was wanted for.
    struct MissingSlot {
        var connection: PCIConnection
        var device: PCIDevice
    }

    /// Places all devices that have none; the slots that were missing, if any were.
    ///
    /// - Parameter most: how many slots may be missing before the attempt is given up; until then it goes on as if
    ///   each were there.
    mutating func place(
        _ domain: inout DomainDefinition, _ qemu: QEMUCapabilities, missing most: Int = 1
    ) throws(ConfigurationError) -> [MissingSlot] {
        try placeChipset(&domain)
        var missing: [MissingSlot] = []
        for device in [first].compactMap({ $0 }) + PCIDevice.all(of: domain) {
            guard let info = device.info(in: domain), device.needsPlace(info, in: domain, board) else {
                continue
            }
            guard let connection = device.connection(in: domain, board) else { continue }
            if let fixed = preferred(device, domain), !slots.isUsed(fixed), slots.model(of: 0) != nil {
                try slots.reserve(
                    fixed, connection.union([.pci, .pcie]), aggregate: device.aggregates(in: domain))
                device.setPlace(fixed, in: &domain)
                hint(device, "where boards that are built have a device of the kind")
                continue
            }
            let (aggregate, isolation) = (device.aggregates(in: domain), isolation(device, domain))
            if slots.isEmpty { throw .noPCIBuses }
            var found = slots.reserveNext(connection, aggregate: aggregate, isolation: isolation)
            if found == nil {
                missing.append(MissingSlot(connection: connection, device: device))
                if missing.count >= most { return missing }
                assume(try domain.pciModel(for: connection, qemu))
                found = slots.reserveNext(connection, aggregate: aggregate, isolation: isolation)
            }
            guard let place = found else { return missing }
            device.setPlace(place, in: &domain)
            hint(
                device, "\(shared(device, domain))the first free place when its turn came; \(bus(place.bus))")
        }
        return missing
    }

    /// Goes on as if the document had another controller, and the port that a bridge is plugged into.
    private mutating func assume(_ model: PCIBusModel) {
        if model == .pcieBridge { slots.addBus(slots.lastBus + 1, .rootPort) }
        slots.addBus(slots.lastBus + 1, model)
    }

    private func shared(_ device: PCIDevice, _ domain: DomainDefinition) -> String {
        device.aggregates(in: domain) ? "ports share a slot, a function each; " : ""
    }

    private func bus(_ index: Int) -> String {
        "bus \(index) is a \(slots.model(of: index)?.rawValue ?? "bus")"
    }

    /// Tells whoever keeps a log why a device is where it is.
    func hint(_ device: PCIDevice, _ reason: @autoclosure () -> String) {
        guard let log = FillLog.current, let path = device.origin.path else { return }
        log.hint(path + "/address", reason())
    }

    /// Once the document names no controller but the root, one free port is kept for what is plugged in later;
    /// a conventional bus that is full gets a bridge.
    func spare(_ domain: DomainDefinition, _ lastOfDocument: UInt32) -> PCIConnection? {
        if domain.hasPCIeRoot {
            guard lastOfDocument == 0, slots.lastBus > 0 else { return nil }
            return slots.hasRoom(for: [.pcie, .hotplug]) ? nil : [.pcie, .hotplug]
        }
        guard board.isI440FX else { return nil }
        return slots.hasRoom(for: [.pci, .hotplug]) ? nil : [.pci, .hotplug]
    }
}
