import VirtXML

extension DomainDefinition {
    /// Gives USB devices ports: those of the first bus that has a free one, by way of hubs where there are.
    mutating func assignUSB() throws(ConfigurationError) {
        guard !devices.controllers.contains(where: { $0.type == .usb && $0.model == "none" }) else { return }
        var set = USBAddressSet()
        for controller in devices.controllers
        where controller.type == .usb && controller.info.masterStartPort == nil {
            set.addBus(controller.index ?? 0, ports: controller.usbPorts)
        }
        guard !set.isEmpty else { return }
        for hub in devices.hubs {
            if case .usb(let address)? = hub.info.address, !address.port.isEmpty {
                try set.addHub(at: address)
            }
        }
        try forEachUSB { info, isHub throws(ConfigurationError) in
            if case .usb(let address)? = info.address, !address.port.isEmpty {
                try set.reserve(address, isHub: isHub)
            }
        }
        addUSBHubs(&set)
        try forEachUSB { info, isHub throws(ConfigurationError) in
            if case .usb(let address)? = info.address, !address.port.isEmpty { return }
            var bus: UInt32?
            if case .usb(let address)? = info.address {
                try set.checkBus(address)
                bus = address.bus
            } else if info.address != nil {
                return
            }
            guard let address = set.assign(bus: bus) else { throw .internal("No free USB ports") }
            if isHub { try set.addHub(at: address) }
            info.address = .usb(address)
        }
    }

    /// Where there are more devices than ports, hubs are added; each takes a port and gives eight.
    private mutating func addUSBHubs(_ set: inout USBAddressSet) {
        var waiting = 0
        try? forEachUSB { info, _ in
            if case .usb(let address)? = info.address, !address.port.isEmpty { return }
            if info.address == nil || info.address?.kind == .usb { waiting += 1 }
        }
        guard waiting > 0 else { return }
        var free =
            set.freePorts + devices.hubs.filter { hub in
                if case .usb(let address)? = hub.info.address, !address.port.isEmpty { return false }
                return true
            }.count * 8
        guard waiting > free else { return }
        // Hubs are added until a port is left over.
        while waiting >= free, devices.hubs.count < 64 {
            devices.hubs.append(HubDevice())
            waiting += 1
            free += 8
        }
    }

    /// Visits USB devices in the order in which they get ports: hubs first.
    private mutating func forEachUSB(
        _ body: (inout DeviceInfo, _ isHub: Bool) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        for index in devices.hubs.indices { try body(&devices.hubs[index].info, true) }
        for index in devices.disks.indices where devices.disks[index].target.bus == .usb {
            try body(&devices.disks[index].info, false)
        }
        for index in devices.interfaces.indices where devices.interfaces[index].model == "usb-net" {
            try body(&devices.interfaces[index].info, false)
        }
        for index in devices.filesystems.indices where devices.filesystems[index].driver?.type == "mtp" {
            try body(&devices.filesystems[index].info, false)
        }
        for index in devices.sounds.indices where devices.sounds[index].model == .usb {
            try body(&devices.sounds[index].info, false)
        }
        for index in devices.hostdevs.indices where devices.hostdevs[index].kind == .usb {
            try body(&devices.hostdevs[index].info, false)
        }
        for index in devices.controllers.indices where devices.controllers[index].type == .ccid {
            try body(&devices.controllers[index].info, false)
        }
        for index in devices.serials.indices where devices.serials[index].target.type == "usb-serial" {
            try body(&devices.serials[index].info, false)
        }
        for index in devices.inputs.indices where devices.inputs[index].bus == .usb {
            try body(&devices.inputs[index].info, false)
        }
        for index in devices.redirdevs.indices { try body(&devices.redirdevs[index].info, false) }
    }
}

extension ControllerDevice {
    /// How many ports the guest's USB bus has; those of companions are reached through their master.
    var usbPorts: UInt32 {
        switch model {
        case "ehci", "ich9-ehci1": 6
        case "pci-ohci": 3
        case "nec-xhci": ports ?? 4
        case "qemu-xhci": ports ?? 4
        default: 2
        }
    }
}

/// The ports of a guest's USB buses.
struct USBAddressSet {
    private struct Node {
        var ports: UInt32
        var used = FreeNumbers(from: 1)
        var usedCount = 0
        var hubs: [UInt32: Node] = [:]
        /// Whether a search has found nothing here and in the hubs below, and nothing was added since.
        var isFull = false

        /// Takes the first free port: its own before those of the hubs at its ports, one hub after the other.
        mutating func takeFree(depth: Int) -> [UInt32]? {
            if isFull { return nil }
            if let port = used.next(upTo: ports) {
                usedCount += 1
                return [port]
            }
            for port in depth > 0 ? hubs.keys.sorted() : [] {
                if let rest = hubs[port]?.takeFree(depth: depth - 1) { return [port] + rest }
            }
            isFull = true
            return nil
        }

        var freePorts: Int { Int(ports) - usedCount + hubs.values.reduce(0) { $0 + $1.freePorts } }

        mutating func change(_ path: ArraySlice<UInt32>, _ body: (inout Node, UInt32) -> Bool) -> Bool {
            guard let first = path.first else { return false }
            isFull = false
            let rest = path.dropFirst()
            if rest.isEmpty { return body(&self, first) }
            return hubs[first]?.change(rest, body) ?? false
        }
    }

    private var buses: [UInt32: Node] = [:]

    var isEmpty: Bool { buses.isEmpty }
    var freePorts: Int { buses.values.reduce(0) { $0 + $1.freePorts } }

    mutating func addBus(_ index: UInt32, ports: UInt32) { buses[index] = Node(ports: ports) }

    /// A hub has eight ports.
    mutating func addHub(at address: USBAddress) throws(ConfigurationError) {
        try checkBus(address, isHub: true)
        let done = buses[address.bus]?.change(address.port[...]) { node, port in
            node.hubs[port] = node.hubs[port] ?? Node(ports: 8)
            return true
        }
        if done != true { throw missing(address) }
    }

    func checkBus(_ address: USBAddress, isHub: Bool = false) throws(ConfigurationError) {
        guard buses[address.bus] != nil else {
            if isHub { throw .xml("Missing USB bus \(address.bus)") }
            throw .xml("USB bus \(address.bus) requested but no controller with that index is present")
        }
    }

    private func missing(_ address: USBAddress) -> ConfigurationError {
        let text = address.port.map { String($0) }.joined(separator: ".")
        return .xml(
            "there is no hub at port \(address.port.first ?? 0) in USB address bus: \(address.bus) port: \(text)"
        )
    }

    mutating func reserve(_ address: USBAddress, isHub: Bool) throws(ConfigurationError) {
        try checkBus(address, isHub: isHub)
        let text = address.port.map { String($0) }.joined(separator: ".")
        var failure: ConfigurationError?
        let done = buses[address.bus]?.change(address.port[...]) { node, port in
            if port < 1 || port > node.ports {
                failure = .xml("requested USB port \(text) not present on USB bus \(address.bus)")
            }
            if !node.used.take(port) {
                let what = isHub ? "hub on" : "address"
                failure = .xml("Duplicate USB \(what) bus \(address.bus) port \(text)")
            } else {
                node.usedCount += 1
            }
            return true
        }
        if let failure { throw failure }
        if done != true { throw missing(address) }
    }

    /// Takes the first free port, of one bus or of any.
    mutating func assign(bus wanted: UInt32?) -> USBAddress? {
        for index in buses.keys.sorted() where wanted == nil || wanted == index {
            // USB allows no more than four levels.
            guard let path = buses[index]?.takeFree(depth: 3) else { continue }
            return USBAddress(bus: index, port: path)
        }
        return nil
    }
}
