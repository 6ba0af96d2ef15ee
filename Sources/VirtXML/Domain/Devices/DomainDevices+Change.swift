import XMLBinding

extension DomainDevices {
    /// All devices, by kind in the order of documents.
    public var all: [DomainDevice] { DeviceKind.all.flatMap { $0.devices(self) } }

    /// Every device's name, place and boot order, in the order of documents.
    public var infos: [DeviceInfo] {
        var infos: [DeviceInfo] = []
        for kind in DeviceKind.visited { kind.show(self) { infos.append($0) } }
        return infos
    }

    /// Whether this is true of any device's name, place and boot order.
    public func haveInfo(where isMeant: (DeviceInfo) -> Bool) -> Bool {
        var isFound = false
        for kind in DeviceKind.visited where !isFound {
            kind.show(self) { isFound = isFound || isMeant($0) }
        }
        return isFound
    }

    /// Visits every device's name, place and boot order, and lets them be changed.
    public mutating func forEachInfo(_ body: (inout DeviceInfo) -> Void) {
        for kind in DeviceKind.visited { kind.visit(&self, body) }
    }

    /// Visits those of the devices of one kind.
    public mutating func forEachInfo(of kind: DeviceKind, _ body: (inout DeviceInfo) -> Void) {
        kind.visit(&self, body)
    }

    /// Adds a device where documents list it. One of which there is only ever one takes the place of another.
    public mutating func insert(_ device: DomainDevice) {
        switch device {
        case .disk(let disk): insert(disk)
        case .controller(let controller): insert(controller)
        default: apply(.insert, to: device)
        }
    }

    /// Puts a device in another's place.
    public mutating func replace(_ old: DomainDevice, with new: DomainDevice) {
        apply(.replace(new), to: old)
    }

    /// Takes a device out.
    public mutating func remove(_ device: DomainDevice) { apply(.remove, to: device) }

    private mutating func apply(_ change: DeviceChange, to device: DomainDevice) {
        DeviceKind.named[device.kind]?.change(change, device.element, &self)
    }
}
