import ByteText
import XMLBinding

extension DomainDevices {
    /// Puts a controller where libvirt would: among those of its type in the order of their numbers.
    public mutating func insert(_ controller: ControllerDevice) {
        var at: Int?
        for index in controllers.indices.reversed() where controllers[index].type == controller.type {
            let other = controllers[index]
            if controller.index == nil {
                at = at ?? index + 1
                break
            }
            if (other.index ?? .max) > (controller.index ?? 0) || other.follows(controller) {
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
        for place in controllers.indices where controllers[place].index == nil {
            controllers[place].index =
                companionIndex(of: place) ?? freeIndex(controllers[place].type)
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
        let used = Set(controllers.lazy.filter { $0.type == type }.compactMap(\.index))
        var index: UInt32 = 0
        while used.contains(index) { index += 1 }
        return index
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
        let used = disks.filter { $0.target.bus == bus }.compactMap { $0.info.address?.drive?.controller }
        addAll(type, upTo: used.max())
    }

    /// Numbers come from documents, so a chain of them is kept short.
    private mutating func addAll(_ type: ControllerDevice.Kind, upTo last: UInt32?) {
        guard let last else { return }
        for index in 0...min(last, 1023) { addIfMissing(type, index: index) }
    }

    private mutating func addSerialControllers() {
        for channel in channels {
            guard case .virtio = channel.target else { continue }
            addIfMissing(.virtioSerial, index: channel.info.address?.virtioSerialController ?? 0)
        }
        for console in consoles where console.targetType == .virtio {
            addIfMissing(.virtioSerial, index: console.info.address?.virtioSerialController ?? 0)
        }
    }

    private mutating func addSmartcardControllers() {
        for card in smartcards {
            var index: UInt32 = 0
            if case .ccid(let address)? = card.info.address { index = address.controller }
            addAll(.ccid, upTo: index)
        }
    }

    private mutating func addHostdevControllers() {
        let used = hostdevs.filter { $0.kind == .scsi }.compactMap { $0.info.address?.drive?.controller }
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
        for index in hostdevs.indices where hostdevs[index].kind == .scsi {
            guard hostdevs[index].info.address == nil else { continue }
            hostdevs[index].info.address = .drive(freeSCSIAddress(units: scsiUnits))
        }
    }

    private func freeSCSIAddress(units: UInt32) -> DriveAddress {
        let onDisks = disks.filter { $0.target.bus == .scsi }.compactMap { $0.info.address?.drive }
        let used = Set(onDisks + hostdevs.compactMap { $0.info.address?.drive })
        for controller in 0..<UInt32(1024) {
            for unit in 0..<UInt64(units) where unit != 7 {
                let place = DriveAddress(controller: controller, unit: unit)
                if !used.contains(place) { return place }
            }
        }
        return DriveAddress(controller: 0, unit: 0)
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
