import VirtXML

extension PCIPlan {
    /// Devices of the chipset have fixed places, which no other device gets.
    mutating func placeChipset(_ domain: inout DomainDefinition) throws(ConfigurationError) {
        if board.hasPCIeRoot, domain.devices.controllers.contains(where: \.standsAsOnPIIX3) {
            throw .internal("Bus 0 must be PCI for integrated PIIX3 USB or IDE controllers")
        }
        if board.isI440FX { try placePIIX3(&domain) }
        if board.isQ35 { try placeICH9(&domain) }
    }

    private static let isOfChipset = "the machine's chipset has it there"

    private mutating func placePIIX3(_ domain: inout DomainDefinition) throws(ConfigurationError) {
        for controller in domain.devices.controllers {
            if controller.isPrimaryIDE {
                try require(
                    controller.info, slot: 1, function: 1,
                    "Primary IDE controller must have PCI address 0:0:1.1")
            }
            if controller.isPrimaryPIIX3 {
                try require(
                    controller.info, slot: 1, function: 2,
                    "PIIX3 USB controller at index 0 must have PCI address 0:0:1.2")
            }
        }
        try own(slot: 1, function: 0)
        for index in domain.devices.controllers.indices {
            let controller = domain.devices.controllers[index]
            if controller.isPrimaryIDE {
                try fix(&domain.devices.controllers[index].info, slot: 1, function: 1)
                hint(.controller(index), Self.isOfChipset)
            }
            if controller.isPrimaryPIIX3 {
                try fix(&domain.devices.controllers[index].info, slot: 1, function: 2)
                hint(.controller(index), Self.isOfChipset)
            }
        }
        try own(slot: 1, function: 3)
        for function in 1...7 { take(PCILocation(bus: 0, slot: 1, function: function)) }
        placePrimaryVideo(&domain, slot: 2)
    }

    private mutating func placeICH9(_ domain: inout DomainDefinition) throws(ConfigurationError) {
        for index in domain.devices.controllers.indices
        where domain.devices.controllers[index].type == .sata && domain.devices.controllers[index].index == 0
        {
            try require(
                domain.devices.controllers[index].info, slot: 0x1f, function: 2,
                "Primary SATA controller must have PCI address 0:0:1f.2")
            try fix(&domain.devices.controllers[index].info, slot: 0x1f, function: 2)
            hint(.controller(index), Self.isOfChipset)
        }
        for function in [0, 3] { try own(slot: 0x1f, function: function) }
        for function in 0...7 { take(PCILocation(bus: 0, slot: 0x1f, function: function)) }
        placePrimaryVideo(&domain, slot: 1)
    }

    /// A part of the chipset that no document names: no device of a document may stand there.
    private mutating func own(slot: Int, function: Int) throws(ConfigurationError) {
        try takeFree(PCILocation(bus: 0, slot: slot, function: function))
    }

    /// The first card stands where guests have always found it; where that place is taken it comes before all others.
    private mutating func placePrimaryVideo(_ domain: inout DomainDefinition, slot: Int) {
        guard let video = domain.devices.videos.first,
            video.info.address == nil || video.info.address?.pci?.isEmpty == true, video.type != .none,
            video.type != .ramfb
        else { return }
        let place = PCILocation(bus: 0, slot: slot)
        if isSlotUsed(place) { return first = .primaryVideo }
        take(place)
        domain.devices.videos[0].info.address = .pci(place.address)
        hint(.primaryVideo, "the first graphics card is where guests have always found it")
    }

    /// What is built in can't be said to be elsewhere.
    private func require(
        _ info: DeviceInfo, slot: Int, function: Int, _ words: String
    ) throws(ConfigurationError) {
        guard let address = info.address else { return }
        if let place = address.pci, place.isEmpty { return }
        let known = address.pci.map(PCILocation.init)
        if known != PCILocation(bus: 0, slot: slot, function: function) { throw .internal(words) }
    }

    private mutating func fix(
        _ info: inout DeviceInfo, slot: Int, function: Int
    ) throws(ConfigurationError) {
        guard info.address == nil || info.address?.pci?.isEmpty == true else { return }
        let place = PCILocation(bus: 0, slot: slot, function: function)
        try takeFree(place)
        info.address = .pci(place.address)
    }

    /// Where a device goes if nothing stands there: the places that real boards of the kind have.
    func preferred(_ device: PCIDevice, _ domain: DomainDefinition) -> PCILocation? {
        guard board.isQ35 else { return companionPlace(device, domain) }
        if let controller = device.controller(in: domain) {
            if controller.model == PCIBusModel.dmiBridge.rawValue { return PCILocation(bus: 0, slot: 0x1e) }
            return ich9USB(controller, domain) ?? companionPlace(device, domain)
        }
        if let index = device.index(among: SoundDevice.self), domain.devices.sounds[index].model == .ich9 {
            return PCILocation(bus: 0, slot: 0x1b)
        }
        return nil
    }

    /// The two USB 2 controllers of the chipset, with their companions.
    private func ich9USB(_ controller: ControllerDevice, _ domain: DomainDefinition) -> PCILocation? {
        guard controller.type == .usb, let function = controller.ich9Function else { return nil }
        let family = usbFamily(of: controller, domain)
        if let sibling = family.compactMap({ $0.info.address?.pci }).first {
            return PCILocation(bus: Int(sibling.bus), slot: Int(sibling.slot), function: function)
        }
        // Only whole families have it.
        guard family.contains(where: { $0.model == "ich9-uhci1" }) else { return nil }
        return [0x1d, 0x1a].lazy.map { PCILocation(bus: 0, slot: $0, function: function) }.first {
            !isSlotUsed($0)
        }
    }

    /// A companion joins the slot of its master.
    private func companionPlace(_ device: PCIDevice, _ domain: DomainDefinition) -> PCILocation? {
        guard let controller = device.controller(in: domain), controller.type == .usb,
            let function = controller.ich9Function
        else { return nil }
        let family = usbFamily(of: controller, domain)
        if let sibling = family.compactMap({ $0.info.address?.pci }).first {
            return PCILocation(bus: Int(sibling.bus), slot: Int(sibling.slot), function: function)
        }
        var copy = slots
        guard let free = copy.reserveNext([.pci, .hotplug]) else { return nil }
        return PCILocation(bus: free.bus, slot: free.slot, function: function)
    }

    /// The USB controllers that share a number.
    private func usbFamily(
        of controller: ControllerDevice, _ domain: DomainDefinition
    ) -> LazyMapSequence<[Int], ControllerDevice> {
        (usbFamilies[controller.index] ?? []).lazy.map { domain.devices.controllers[$0] }
    }

    private func isSlotUsed(_ place: PCILocation) -> Bool {
        slots.isSlotUsed(bus: place.bus, slot: place.slot)
    }
}

extension ControllerDevice {
    /// The function of a USB 2 controller within its slot; nil for others.
    var ich9Function: Int? {
        switch model {
        case "ich9-ehci1": 7
        case "ich9-uhci1": 0
        case "ich9-uhci2": 1
        case "ich9-uhci3": 2
        default: nil
        }
    }
}

extension ControllerDevice {
    fileprivate var isPrimaryIDE: Bool { type == .ide && index == 0 }
    fileprivate var isPrimaryPIIX3: Bool { type == .usb && index == 0 && model == "piix3-uhci" }

    /// Whether it is where a PIIX3 has it, of which a machine with PCI Express has none.
    fileprivate var standsAsOnPIIX3: Bool {
        guard let place = info.address?.pci, place.domain == 0, place.bus == 0, place.slot == 1 else {
            return false
        }
        return isPrimaryIDE && place.function == 1 || isPrimaryPIIX3 && place.function == 2
    }
}
