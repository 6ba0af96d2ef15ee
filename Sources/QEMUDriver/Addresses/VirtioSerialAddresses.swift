import VirtXML

extension DomainDefinition {
    /// Gives channels and consoles ports of virtio serial controllers. Port 0 belongs to a console.
    mutating func assignVirtioSerialPorts() throws(ConfigurationError) {
        var used: [UInt32: Set<UInt32>] = [:]
        for channel in devices.channels { note(channel.info, &used) }
        for console in devices.consoles where console.targetType == .virtio { note(console.info, &used) }
        for index in devices.consoles.indices where devices.consoles[index].targetType == .virtio {
            guard devices.consoles[index].info.address != nil else { continue }
            devices.consoles[index].info = try placed(devices.consoles[index].info, &used, mayBeFirst: true)
        }
        for index in devices.channels.indices {
            guard case .virtio = devices.channels[index].target else { continue }
            devices.channels[index].info = try placed(devices.channels[index].info, &used)
        }
    }

    private func note(_ info: DeviceInfo, _ used: inout [UInt32: Set<UInt32>]) {
        if case .virtioSerial(let address)? = info.address, address.port > 0 {
            used[address.controller, default: []].insert(address.port)
        }
    }

    private mutating func placed(
        _ given: DeviceInfo, _ used: inout [UInt32: Set<UInt32>], mayBeFirst: Bool = false
    ) throws(ConfigurationError) -> DeviceInfo {
        var info = given
        var address = VirtioSerialAddress()
        var isFixed = false
        switch info.address {
        case .virtioSerial(let known)?: (address, isFixed) = (known, true)
        case nil: break
        default: return info
        }
        if isFixed, address.port > 0 || mayBeFirst { return info }
        let controllers = devices.controllers.filter { $0.type == .virtioSerial }
        for controller in controllers {
            let index = controller.index ?? 0
            if isFixed, index != address.controller { continue }
            let ports = controller.ports ?? 31
            guard let port = free(ports, used[index] ?? []) else { continue }
            used[index, default: []].insert(port)
            info.address = .virtioSerial(VirtioSerialAddress(controller: index, bus: 0, port: port))
            return info
        }
        let index = devices.freeIndex(.virtioSerial)
        devices.insert(ControllerDevice(.virtioSerial, index: index))
        used[index, default: []].insert(1)
        info.address = .virtioSerial(VirtioSerialAddress(controller: index, bus: 0, port: 1))
        return info
    }

    private func free(_ ports: UInt32, _ used: Set<UInt32>) -> UInt32? {
        guard ports > 0 else { return nil }
        let first: UInt32 = 1
        return (first...max(first, ports &- 1)).first { !used.contains($0) }
    }
}
