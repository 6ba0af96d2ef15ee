import ByteText
import XMLBinding

extension DomainDevices {
    /// Puts a controller where libvirt would: among those of its type in the order of their numbers.
    public mutating func insert(_ controller: ControllerDevice) {
        var at: Int?
        for index in controllers.indices.reversed() where controllers[index].type == controller.type {
            if controller.index == nil {
                at = at ?? index + 1
                break
            }
            if Int64(controllers[index].index ?? 0) - (controllers[index].index == nil ? 1 : 0)
                > Int64(controller.index ?? 0)
                || controllers[index].follows(controller)
            {
                at = index
            } else {
                at = at ?? index + 1
                break
            }
        }
        controllers.insert(controller, at: at ?? controllers.endIndex)
    }

    /// Adds a controller if there is none of that type and number yet. True if one was added.
    @discardableResult
    public mutating func addIfMissing(
        _ type: ControllerDevice.Kind, index: UInt32, model: String? = nil
    ) -> Bool {
        if controllers.contains(where: { $0.type == type && $0.index == index }) { return false }
        insert(ControllerDevice(type, index: index, model: model))
        return true
    }

    /// Gives controllers without a number the lowest free one of their type. Companions of a USB controller
    /// share its number.
    public mutating func numberControllers() {
        var used: [ControllerDevice.Kind: FreeNumbers] = [:]
        for controller in controllers { used[controller.type, default: .init()].take(controller.index) }
        for place in controllers.indices where controllers[place].index == nil {
            controllers[place].index =
                companionIndex(of: place) ?? used[controllers[place].type, default: .init()].next()
        }
    }

    private func companionIndex(of place: Int) -> UInt32? {
        guard let model = controllers[place].model, model.hasBytePrefix("ich9-"), place > 0 else {
            return nil
        }
        let other = controllers[place - 1]
        guard let before = other.model, before.hasBytePrefix("ich9-"), before != model else { return nil }
        return model == "ich9-ehci1" ? nil : other.index
    }

    /// The lowest number that no controller of the type has.
    public func freeIndex(_ type: ControllerDevice.Kind) -> UInt32 {
        var used = FreeNumbers()
        for controller in controllers where controller.type == type { used.take(controller.index) }
        return used.next()
    }

    /// Adds the controllers that disks, smartcards, virtio channels and SCSI devices are plugged into.
    public mutating func addImplicitControllers() {
        addDiskControllers(.scsi, .scsi)
        addDiskControllers(.fdc, .fdc)
        addDiskControllers(.ide, .ide)
        addDiskControllers(.sata, .sata)
        addSerialControllers()
        addSmartcardControllers()
        addHostdevControllers()
    }

    private mutating func addDiskControllers(_ bus: DiskBus, _ type: ControllerDevice.Kind) {
        var last: UInt32?
        for index in disks.indices where disks[index].target.bus == bus {
            if let used = disks[index].info.address?.drive?.controller { last = max(last ?? 0, used) }
        }
        addAll(type, upTo: last)
    }

    /// Numbers come from documents, so a chain of them is kept short.
    private mutating func addAll(_ type: ControllerDevice.Kind, upTo last: UInt32?) {
        guard let last else { return }
        for index in 0...min(last, 1023) { addIfMissing(type, index: index) }
    }

    private mutating func addSerialControllers() {
        var wanted: Set<UInt32> = []
        for channel in channels {
            guard case .virtio = channel.target else { continue }
            wanted.insert(channel.info.address?.virtioSerialController ?? 0)
        }
        for console in consoles where console.targetType == .virtio {
            wanted.insert(console.info.address?.virtioSerialController ?? 0)
        }
        for index in wanted.sorted() { addIfMissing(.virtioSerial, index: index) }
    }

    private mutating func addSmartcardControllers() {
        let used = smartcards.map { card in
            if case .ccid(let address)? = card.info.address { address.controller } else { UInt32(0) }
        }
        addAll(.ccid, upTo: used.max())
    }

    /// A SCSI device of the host is on the first controller unless it says otherwise; libvirt adds that while it reads.
    public mutating func addHostdevControllers() {
        let used = hostdevs.filter { $0.kind == .scsi }.map { $0.info.address?.drive?.controller ?? 0 }
        addAll(.scsi, upTo: used.max())
    }

    /// Gives smartcards without a place the next slots of the first reader.
    public mutating func fillSmartcardAddresses() {
        for index in smartcards.indices where smartcards[index].info.address == nil {
            var address = CCIDAddress()
            address.slot = UInt32(clamping: index)
            smartcards[index].info.address = .ccid(address)
        }
    }

    /// Gives SCSI devices of the host the first free place on a controller.
    public mutating func fillHostdevAddresses(scsiUnits: UInt32) {
        let onDisks = disks.filter { $0.target.bus == .scsi }.compactMap { $0.info.address?.drive }
        let used = Set(onDisks + hostdevs.compactMap { $0.info.address?.drive })
        var free = (0..<UInt32(1024)).lazy.flatMap { controller in
            (0..<UInt64(scsiUnits)).lazy.filter { $0 != 7 }.map {
                DriveAddress(controller: controller, unit: $0)
            }
        }.filter { !used.contains($0) }.makeIterator()
        for index in hostdevs.indices where hostdevs[index].kind == .scsi {
            guard hostdevs[index].info.address == nil else { continue }
            hostdevs[index].info.address = .drive(free.next() ?? DriveAddress(controller: 0, unit: 0))
        }
    }
}

extension ControllerDevice {
    /// Whether this is a companion of that USB controller, which stands before it.
    fileprivate func follows(_ other: ControllerDevice) -> Bool {
        type == .usb && index == other.index && info.masterStartPort != nil
            && other.info.masterStartPort == nil
    }
}

extension DeviceAddress {
    var virtioSerialController: UInt32? {
        if case .virtioSerial(let address) = self { address.controller } else { nil }
    }
}
