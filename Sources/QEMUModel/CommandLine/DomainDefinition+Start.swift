import VirtXML

extension DomainDefinition {
    /// What is settled only when a domain starts: names of devices, numbers of images, turns in the boot order.
    ///
    /// - Parameter host: what the host has; without it, what depends on that isn't checked.
    package mutating func prepareForStart(
        _ qemu: QEMUCapabilities, host: QEMUHost? = nil
    ) throws(ConfigurationError) {
        try checkCPUKind()
        try checkStart(qemu, host)
        try checkCPUModel(qemu)
        if let host {
            try checkTSCFrequency(host)
            try checkCPUFits(qemu, host)
        }
        filling("what the host makes of the CPU that is asked for") { $0.settleCPU(qemu) }
        try filling("the first free port of a USB bus") { domain throws(ConfigurationError) in
            try domain.assignUSB()
        }
        filling("devices get their names at the start") { $0.assignAliases(qemu) }
        filling("images are numbered at the start, the last disk's first") { $0.numberImages() }
        assignBootOrder()
    }

    /// Images are numbered from 1, beginning with the last disk, each chain from its top.
    private mutating func numberImages() {
        var next: UInt32 = 0
        // A disk that another process serves has no image of QEMU's.
        for index in devices.disks.indices.reversed() where devices.disks[index].source.type != .vhostuser {
            devices.disks[index].numberImages(&next)
        }
    }

    /// The kinds of device that the document boots from become turns of the first device of each kind.
    private mutating func assignBootOrder() {
        for (position, kind) in os.boot.enumerated() {
            let boot = DeviceBoot(order: UInt32(position + 1))
            filling("the first device of its kind has the turn of <boot dev='\(kind.rawValue)'/>") { domain in
                switch kind {
                case .hd: boot.give(to: &domain.devices.disks) { $0.device == .disk || $0.device == .lun }
                case .cdrom: boot.give(to: &domain.devices.disks) { $0.device == .cdrom }
                case .fd: boot.give(to: &domain.devices.disks) { $0.device == .floppy }
                case .network: boot.give(to: &domain.devices.interfaces) { _ in true }
                }
            }
        }
    }
}

extension DeviceBoot {
    fileprivate func give<T: Device>(to list: inout [T], where fits: (T) -> Bool) {
        guard let index = list.firstIndex(where: fits), list[index].info.boot == nil else { return }
        list[index].info.boot = self
    }
}

extension DiskDevice {
    /// Numbers the disk's images behind `next`, the chain from its top.
    package mutating func numberImages(_ next: inout UInt32) {
        next &+= 1
        if source.isEmpty {
            // What is put into the drive later has a format of its own.
            driver.format = nil
        } else if source.index == nil {
            source.index = next
        }
        if var store = source.dataStore {
            next &+= 1
            store.source?.index = next
            source.dataStore = store
        }
        var chain = backingStore
        Self.number(&chain, &next)
        backingStore = chain
        next &+= UInt32(clamping: throttleFilters.count)
    }

    private static func number(_ store: inout BackingStore?, _ next: inout UInt32) {
        guard var image = store, image.source != nil else { return }
        next &+= 1
        image.index = next
        if var data = image.source?.dataStore {
            next &+= 1
            data.source?.index = next
            image.source?.dataStore = data
        }
        var below = image.backingStore
        number(&below, &next)
        image.backingStore = below
        store = image
    }
}
