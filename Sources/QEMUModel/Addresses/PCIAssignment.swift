import VirtXML

extension DomainDefinition {
    /// Gives PCI devices places. Where there is none left, a controller that has some is added and everything
    /// is assigned anew, so that the result is what it would be had the document named that controller.
    mutating func assignPCI(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        guard board.knowsPCI else { return try checkUnplugged(qemu, host) }
        try checkPlugs()
        try placePCI(qemu, host)
    }

    /// Controllers that a machine without PCI is given all the same: they must fit together, though nothing is kept of it.
    private func checkUnplugged(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        let controllers = devices.controllers.filter { $0.type == .pci }
        guard controllers.contains(where: { $0.model != "pci-root" && $0.model != "pcie-root" }) else {
            return
        }
        var trial = self
        trial.devices = DomainDevices()
        trial.devices.controllers = controllers
        if !controllers.contains(where: { $0.index == 0 }) {
            trial.devices.insert(ControllerDevice(.pci, index: 0, model: PCIBusModel.pciRoot.rawValue))
        }
        try trial.placePCI(qemu, host)
    }

    private mutating func placePCI(_ qemu: QEMUCapabilities, _ host: QEMUHost) throws(ConfigurationError) {
        let lastOfDocument =
            devices.controllers.lazy.filter { $0.type == .pci }.compactMap(\.index).max() ?? 0
        try filling("the address of a device names this bus") { domain throws(ConfigurationError) in
            try domain.addMentionedBuses(qemu)
        }
        for round in 0..<300 {
            var attempt = self
            var plan = PCIPlan(board: board, iommuGroup: host.iommuGroup)
            try plan.prepare(attempt)
            let missing = try plan.place(&attempt, qemu, missing: Self.slotsAtOnce(round))
            for slot in missing {
                try checkAddable(slot.device, slot.connection)
                let name = slot.device.name(in: attempt)
                try addPCIController(for: slot.connection, qemu, "there was no slot left for \(name)")
            }
            if !missing.isEmpty { continue }
            if let spare = plan.spare(attempt, lastOfDocument) {
                try addPCIController(for: spare, qemu, "a slot is kept free for what is plugged in later")
                continue
            }
            self = attempt
            filling("it follows from the places: numbers of chassis and ports, slots with several functions")
            {
                $0.finishPCI(plan)
            }
            return
        }
        throw .internal("No more available PCI slots")
    }

    /// How many controllers are added before everything is assigned anew: one, as libvirt does, but twice as many
    /// each time once that has been tried for longer than guests of any usual size need.
    private static func slotsAtOnce(_ round: Int) -> Int { round < 32 ? 1 : 1 << min(round - 31, 8) }

    /// Whether the kind of slot that a controller needs comes with a controller that can be added.
    private func checkAddable(
        _ device: PCIDevice, _ connection: PCIConnection
    ) throws(ConfigurationError) {
        guard let index = device.index(among: ControllerDevice.self),
            devices.controllers.indices.contains(index),
            devices.controllers[index].type == .pci, let model = devices.controllers[index].model
        else { return }
        var addable: PCIConnection = [.pci, .pcie, .pciBridge]
        if hasPCIeRoot { addable.formUnion(.upstreamPort) }
        guard connection.isDisjoint(with: addable) else { return }
        if connection.contains(.pcieBridge) {
            throw .internal("Cannot automatically add a new PCI bus for a device with connect flags 2000")
        }
        // It would be plugged into a port that is added, for which there is no slot either.
        let missing = connection.contains(.upstreamPort) ? PCIBusModel.rootPort.rawValue : model
        throw .internal(
            "a PCI slot is needed to connect a PCI controller model='\(missing)', but none is available, and it cannot be automatically added"
        )
    }

    /// Adds controllers for buses that addresses name and that have none.
    private mutating func addMentionedBuses(_ qemu: QEMUCapabilities) throws(ConfigurationError) {
        var highest: UInt32 = 0
        for info in devices.infos {
            if let address = info.address?.pci, address.domain == 0 { highest = max(highest, address.bus) }
        }
        // Controllers count on from those that stand before them.
        for controller in devices.controllers where controller.type == .pci {
            highest = max(highest, controller.index ?? 0)
        }
        guard highest > 0, highest <= 255 else { return }
        let model: PCIBusModel = board.isPSeries ? .pciRoot : hasPCIeRoot ? .rootPort : .pciBridge
        for index in 1...highest
        where !devices.controllers.contains(where: { $0.type == .pci && $0.index == index }) {
            devices.insert(ControllerDevice(.pci, index: index, model: model.rawValue))
        }
        try fillQEMUControllers(qemu)
    }

    /// Adds the controller that offers slots of a kind.
    private mutating func addPCIController(
        for connection: PCIConnection, _ qemu: QEMUCapabilities, _ reason: @autoclosure () -> String
    ) throws(ConfigurationError) {
        try filling(reason()) { domain throws(ConfigurationError) in
            try domain.addPCIController(for: connection, qemu)
        }
    }

    private mutating func addPCIController(
        for connection: PCIConnection, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) {
        let last = devices.controllers.lazy.filter { $0.type == .pci }.compactMap(\.index).max() ?? 0
        let index = last &+ 1
        guard last < 255 else { throw .internal("No more available PCI slots") }
        let model = try pciModel(for: connection, qemu)
        // A bridge is plugged into a port, which stands before it.
        if model == .pcieBridge {
            devices.insert(ControllerDevice(.pci, index: index, model: PCIBusModel.rootPort.rawValue))
            devices.insert(ControllerDevice(.pci, index: index + 1, model: model.rawValue))
            return try fillQEMUControllers(qemu)
        }
        devices.insert(ControllerDevice(.pci, index: index, model: model.rawValue))
        try fillQEMUControllers(qemu)
    }

    func pciModel(
        for connection: PCIConnection, _ qemu: QEMUCapabilities
    ) throws(ConfigurationError) -> PCIBusModel {
        if !connection.isDisjoint(with: [.pcie, .pcieBridge, .upstreamPort]) { return .rootPort }
        if hasPCIeRoot {
            let hasBridge = devices.controllers.contains { $0.model == PCIBusModel.dmiBridge.rawValue }
            if hasBridge { return .pciBridge }
            return qemu.has("pcie-pci-bridge") ? .pcieBridge : .dmiBridge
        }
        if board.isPSeries { return .pciRoot }
        return .pciBridge
    }

    /// What follows from the places: numbers of chassis and ports, and which slots have several functions.
    private mutating func finishPCI(_ plan: PCIPlan) {
        for index in devices.controllers.indices where devices.controllers[index].type == .pci {
            fillPCITarget(&devices.controllers[index])
        }
        if board.isS390 { assignZPCI() }
        devices.forEachInfo { info in
            guard case .pci(var address)? = info.address, address.function == 0, address.multifunction == nil
            else { return }
            let place = PCILocation(address)
            guard plan.slots.hasSeveralFunctions(place) else { return }
            address.multifunction = true
            info.address = .pci(address)
        }
    }

    private func fillPCITarget(_ controller: inout ControllerDevice) {
        var target = controller.pciTarget ?? .init()
        let index = controller.index ?? 0
        switch controller.model {
        case "pci-bridge": target.chassisNr = target.chassisNr ?? index
        case "pcie-root-port", "pcie-switch-downstream-port":
            target.chassis = target.chassis ?? index
            if target.port == nil, let address = controller.info.address?.pci {
                let isPort = controller.model == "pcie-root-port"
                target.port = isPort ? (address.slot << 3) | address.function : address.slot
            }
        case "pci-expander-bus", "pcie-expander-bus":
            target.busNr = target.busNr ?? freeBusNumber
        case "pci-root" where board.isPSeries:
            target.index = target.index ?? index
        default: return
        }
        controller.pciTarget = target
    }

    /// Expanders count down from 254, leaving room for the buses below each.
    private var freeBusNumber: UInt32 {
        let lowest = devices.controllers.compactMap { $0.pciTarget?.busNr }.min() ?? 256
        return lowest >= 2 ? lowest - 2 : 0
    }
}

extension PCILocation {
    init(_ address: PCIAddress) {
        self.init(
            domain: Int(address.domain), bus: Int(address.bus), slot: Int(address.slot),
            function: Int(address.function))
    }

    var address: PCIAddress {
        PCIAddress(
            domain: UInt32(clamping: domain), bus: UInt32(clamping: bus), slot: UInt32(clamping: slot),
            function: UInt32(clamping: function))
    }
}
