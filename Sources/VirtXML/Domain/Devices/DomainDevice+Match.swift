import XMLBinding

extension DomainDevice {
    /// The element's name, such as `disk`.
    public var kind: String { "\(type(of: element).elementName)" }

    /// The device's name, place and boot order; nil for what is no device of the guest's, such as a lease.
    public var info: DeviceInfo? { (element as? any Device)?.info }

    public var alias: String? { info?.alias }

    /// The device with its name or place changed.
    public func with(_ change: (inout DeviceInfo) -> Void) -> DomainDevice {
        var one = DomainDevices()
        one.insert(self)
        one.forEachInfo(change)
        return one.all.first ?? self
    }

    /// Whether a description given to be detached or updated means this device.
    ///
    /// Disks are known by their target, cards by their address on the network, controllers by their number; of
    /// all others everything must agree but the name and the place, which only count where they are given.
    public func isMeant(by wanted: DomainDevice) -> Bool {
        guard kind == wanted.kind else { return false }
        switch (self, wanted) {
        case (.disk(let disk), .disk(let wanted)): return disk.target.dev == wanted.target.dev
        case (.controller(let one), .controller(let wanted)):
            return one.type == wanted.type && one.index == wanted.index
        case (.graphics(let one), .graphics(let wanted)): return one.type == wanted.type
        case (.memballoon, .memballoon): return true
        case (.filesystem(let one), .filesystem(let wanted)): return one.targetDir == wanted.targetDir
        case (.interface(let one), .interface(let wanted)):
            return (wanted.mac == nil || one.mac?.address == wanted.mac?.address)
                && agrees(with: self.info, wanted.info)
        case (.channel(let one), .channel(let wanted)):
            return one.source == wanted.source && one.target.isSame(as: wanted.target)
                && agrees(with: one.info, wanted.info)
        case (.serial(let one), .serial(let wanted)):
            return one.source == wanted.source && agrees(with: one.info, wanted.info)
                && (wanted.target.type == nil || one.target.type == wanted.target.type)
                && (wanted.target.port == nil || one.target.port == wanted.target.port)
        case (.hostdev(let one), .hostdev(let wanted)): return one.source == wanted.source
        case (.memory(let one), .memory(let wanted)) where one.model == .virtioMem:
            return one.isSame(as: wanted) && agrees(with: one.info, wanted.info)
        default: return agreesInAll(with: wanted)
        }
    }

    private func agrees(with info: DeviceInfo?, _ wanted: DeviceInfo) -> Bool {
        if let alias = wanted.alias, alias != info?.alias { return false }
        guard let address = wanted.address else { return true }
        return address == info?.address
    }

    private func agreesInAll(with wanted: DomainDevice) -> Bool {
        let asked = wanted.info ?? DeviceInfo()
        return agrees(with: info, asked) && with { $0 = DeviceInfo() } == wanted.with { $0 = DeviceInfo() }
    }
}

extension MemoryDevice {
    /// Whether both are the same but for how much of it the guest shall take, and has.
    fileprivate func isSame(as other: Self) -> Bool {
        func plain(_ one: Self) -> Self {
            var copy = one
            copy.info = DeviceInfo()
            (copy.target.requestedSize, copy.target.currentSize, copy.target.base) = (nil, nil, nil)
            return copy
        }
        return plain(self) == plain(other)
    }
}

extension ChannelDevice.Target {
    /// Whether two targets are the same to the guest, be somebody listening there or not.
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.virtio(let name, _), .virtio(let wanted, _)): name == wanted
        default: self == other
        }
    }
}
