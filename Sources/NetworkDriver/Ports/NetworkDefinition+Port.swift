import ByteText
import Virt
import VirtXML

extension NetworkDefinition {
    /// A port with what it has of the network and of the network's port group, and what it is plugged into.
    ///
    /// - Parameter ports: those that the network has already.
    func place(
        _ given: NetworkPortDefinition, beside ports: [NetworkPortDefinition]
    ) throws(VirtError) -> NetworkPortDefinition {
        var port = given
        let group = portgroup(port.group)
        port.bandwidth = port.bandwidth ?? group?.bandwidth
        // Classes are given when the port is made.
        port.bandwidth?.classID = nil
        port.vlan = port.vlan ?? group?.vlan ?? vlan
        port.virtualPort = port.virtualPort ?? group?.virtualPort ?? virtualPort
        port.isolated = port.isolated ?? isolated
        port.trustGuestRxFilters =
            port.trustGuestRxFilters ?? group?.trustGuestRxFilters ?? trustGuestRxFilters
        try check(port)
        try checkPromise(to: port, beside: ports)
        port.plug = try plug(for: port, beside: ports)
        try checkAlone(port, beside: ports)
        return port
    }

    /// The group that a port names, or else the one that is for all others. One that isn't there is no group.
    private func portgroup(_ name: String?) -> Portgroup? {
        portgroups.first { group in name.map { group.name.hasSameBytes(as: $0) } ?? group.isDefault }
    }

    /// Refuses what a network of its mode can't do for a port.
    private func check(_ port: NetworkPortDefinition) throws(VirtError) {
        if let kind = port.virtualPort.map({ $0.type ?? VirtualPort.Kind.none }), hasOwnBridge {
            throw VirtError(
                .configUnsupported,
                "<virtualport type='\(kind.rawValue)'> not supported for network '\(name)' which uses IP forwarding",
                from: .network)
        }
    }

    private func plug(
        for port: NetworkPortDefinition, beside ports: [NetworkPortDefinition]
    ) throws(VirtError) -> NetworkPortDefinition.Plug {
        if let name = bridge?.name {
            let manager = bridge?.macTableManager
            return hasOwnBridge
                ? .network(bridge: name, manager: manager) : .bridge(bridge: name, manager: manager)
        }
        guard let forward else { return .none }
        if forward.mode == .hostdev {
            let device = try freeDevice(beside: ports)
            return .hostdevPCI(device, managed: forward.managed ?? false, driver: forward.driver)
        }
        return .direct(dev: try device(of: forward, beside: ports), mode: forward.mode.rawValue)
    }

    /// The device with the fewest ports; where each is for one alone, one without any.
    private func device(
        of forward: NetworkForward, beside ports: [NetworkPortDefinition]
    ) throws(VirtError) -> String {
        let counts = ports.reduce(into: [ByteName: Int]()) { counts, port in
            if case .direct(let dev, _) = port.plug { counts[ByteName(dev), default: 0] += 1 }
        }
        let devices = forward.interfaces.map(\.dev)
        let least = devices.min { counts[ByteName($0)] ?? 0 < counts[ByteName($1)] ?? 0 }
        guard let least else {
            throw VirtError(
                .internalError,
                "network '\(name)' uses a direct mode, but has no forward dev and no interface pool",
                from: .network)
        }
        return least
    }

    /// Refuses a second port on a device that is for one alone.
    func checkAlone(
        _ port: NetworkPortDefinition, beside ports: [NetworkPortDefinition]
    ) throws(VirtError) {
        guard forward?.mode == .passthrough || forward?.mode == .hostdev,
            ports.contains(where: { $0.isSameDevice(as: port) })
        else { return }
        throw VirtError(
            .internalError,
            "network '\(name)' requires exclusive access to interfaces, but none are available",
            from: .network)
    }

    /// The network with the number of its ports, as its clients see it while it runs.
    func counting(_ ports: [NetworkPortDefinition]) -> NetworkDefinition {
        if ports.isEmpty { return self }
        var counted = self
        counted.connections = UInt32(clamping: ports.count)
        for index in counted.forward?.interfaces.indices ?? 0..<0 {
            let dev = counted.forward?.interfaces[index].dev
            let count = ports.count { if case .direct(dev, _) = $0.plug { true } else { false } }
            counted.forward?.interfaces[index].connections = UInt32(clamping: count)
        }
        for index in counted.forward?.addresses.indices ?? 0..<0 {
            let place = counted.forward?.addresses[index].address.pci
            counted.forward?.addresses[index].connections = UInt32(
                clamping: ports.count { $0.device != nil && $0.device == place })
        }
        return counted
    }
}

extension NetworkPortDefinition {
    /// Whether it takes the device of the host that another one takes.
    fileprivate func isSameDevice(as other: NetworkPortDefinition) -> Bool {
        device.map { $0 == other.device } ?? (plug == other.plug)
    }

    /// Throws, as libvirt does, where it doesn't say whose it is.
    func checkComplete() throws(VirtError) {
        for (name, isThere) in [
            ("uuid", uuid != nil), ("owner name", ownerName != nil), ("owner UUID", ownerUUID != nil),
            ("mac", mac != nil),
        ] where !isThere {
            throw VirtError(.internalError, "network port has no \(name)", from: .network)
        }
    }
}
