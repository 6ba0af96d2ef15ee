import VirtXML

extension DomainDefinition {
    /// Gives channels and consoles ports of virtio serial controllers. Port 0 belongs to a console.
    mutating func assignVirtioSerialPorts() throws(ConfigurationError) {
        var ports = VirtioSerialPorts(devices.controllers)
        for channel in devices.channels { ports.take(channel.info.address) }
        for console in devices.consoles where console.targetType == .virtio {
            ports.take(console.info.address)
        }
        for index in devices.consoles.indices where devices.consoles[index].targetType == .virtio {
            guard devices.consoles[index].info.address != nil else { continue }
            let address = devices.consoles[index].info.address
            devices.consoles[index].info.address = placed(address, &ports, mayBeFirst: true)
        }
        for index in devices.channels.indices {
            guard case .virtio = devices.channels[index].target else { continue }
            let address = devices.channels[index].info.address
            devices.channels[index].info.address = placed(address, &ports)
        }
    }

    private mutating func placed(
        _ address: DeviceAddress?, _ ports: inout VirtioSerialPorts, mayBeFirst: Bool = false
    ) -> DeviceAddress? {
        var wanted: UInt32?
        switch address {
        case .virtioSerial(let known)?:
            if known.port > 0 || mayBeFirst { return address }
            wanted = known.controller
        case nil: break
        default: return address
        }
        return .virtioSerial(ports.next(on: wanted) ?? addVirtioSerial(&ports))
    }

    /// Adds a controller; its first port.
    private mutating func addVirtioSerial(_ ports: inout VirtioSerialPorts) -> VirtioSerialAddress {
        let index = devices.freeIndex(.virtioSerial)
        devices.insert(ControllerDevice(.virtioSerial, index: index))
        ports.read(devices.controllers)
        let first = VirtioSerialAddress(controller: index, bus: 0, port: 1)
        ports.take(.virtioSerial(first))
        return first
    }
}

/// The ports of a guest's virtio serial controllers.
private struct VirtioSerialPorts {
    private var numbers: [UInt32: FreeNumbers] = [:]
    /// Controllers that may have a free port, in their order.
    private var controllers: [(index: UInt32, last: UInt32)] = []

    init(_ controllers: [ControllerDevice]) { read(controllers) }

    mutating func read(_ all: [ControllerDevice]) {
        controllers = all.filter { $0.type == .virtioSerial && $0.ports != 0 }.map {
            ($0.index ?? 0, max(1, ($0.ports ?? 31) - 1))
        }
    }

    /// Somebody has this port.
    mutating func take(_ address: DeviceAddress?) {
        guard case .virtioSerial(let place)? = address, place.port > 0 else { return }
        numbers[place.controller, default: FreeNumbers(from: 1)].take(place.port)
    }

    /// Takes the first free port, of one controller or of any.
    mutating func next(on wanted: UInt32?) -> VirtioSerialAddress? {
        for (index, last) in controllers where wanted == nil || wanted == index {
            guard let port = numbers[index, default: FreeNumbers(from: 1)].next(upTo: last) else { continue }
            return VirtioSerialAddress(controller: index, bus: 0, port: port)
        }
        return nil
    }
}
