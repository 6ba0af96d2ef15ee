import XMLBinding

extension DomainDevices {
    /// All devices, by kind in the order of documents.
    public var all: [DomainDevice] {
        var found: [DomainDevice] = []
        found += disks.map(DomainDevice.disk) + controllers.map(DomainDevice.controller)
        found += leases.map(DomainDevice.lease) + filesystems.map(DomainDevice.filesystem)
        found += interfaces.map(DomainDevice.interface) + smartcards.map(DomainDevice.smartcard)
        found += serials.map(DomainDevice.serial) + parallels.map(DomainDevice.parallel)
        found += consoles.map(DomainDevice.console) + channels.map(DomainDevice.channel)
        found += inputs.map(DomainDevice.input) + tpms.map(DomainDevice.tpm)
        found += graphics.map(DomainDevice.graphics) + sounds.map(DomainDevice.sound)
        found += audios.map(DomainDevice.audio) + videos.map(DomainDevice.video)
        found += hostdevs.map(DomainDevice.hostdev) + redirdevs.map(DomainDevice.redirdev)
        found += hubs.map(DomainDevice.hub) + watchdogs.map(DomainDevice.watchdog)
        found += [memballoon.map(DomainDevice.memballoon)].compactMap { $0 }
        found += rngs.map(DomainDevice.rng) + [nvram.map(DomainDevice.nvram)].compactMap { $0 }
        found += panics.map(DomainDevice.panic) + shmems.map(DomainDevice.shmem)
        found += memories.map(DomainDevice.memory) + cryptos.map(DomainDevice.crypto)
        found += iommus.map(DomainDevice.iommu)
        found += [vsock.map(DomainDevice.vsock), pstore.map(DomainDevice.pstore)].compactMap { $0 }
        return found
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

    private mutating func apply(_ change: Change, to device: DomainDevice) {
        switch device {
        case .disk(let one): change.apply(one, to: &disks)
        case .controller(let one): change.apply(one, to: &controllers)
        case .lease(let one): change.apply(one, to: &leases)
        case .filesystem(let one): change.apply(one, to: &filesystems)
        case .interface(let one): change.apply(one, to: &interfaces)
        case .smartcard(let one): change.apply(one, to: &smartcards)
        case .serial(let one): change.apply(one, to: &serials)
        case .parallel(let one): change.apply(one, to: &parallels)
        case .console(let one): change.apply(one, to: &consoles)
        case .channel(let one): change.apply(one, to: &channels)
        case .input(let one): change.apply(one, to: &inputs)
        case .tpm(let one): change.apply(one, to: &tpms)
        case .graphics(let one): change.apply(one, to: &graphics)
        case .sound(let one): change.apply(one, to: &sounds)
        case .audio(let one): change.apply(one, to: &audios)
        case .video(let one): change.apply(one, to: &videos)
        case .hostdev(let one): change.apply(one, to: &hostdevs)
        case .redirdev(let one): change.apply(one, to: &redirdevs)
        case .hub(let one): change.apply(one, to: &hubs)
        case .watchdog(let one): change.apply(one, to: &watchdogs)
        case .memballoon(let one): change.apply(one, to: &memballoon)
        case .rng(let one): change.apply(one, to: &rngs)
        case .nvram(let one): change.apply(one, to: &nvram)
        case .panic(let one): change.apply(one, to: &panics)
        case .shmem(let one): change.apply(one, to: &shmems)
        case .memory(let one): change.apply(one, to: &memories)
        case .crypto(let one): change.apply(one, to: &cryptos)
        case .iommu(let one): change.apply(one, to: &iommus)
        case .vsock(let one): change.apply(one, to: &vsock)
        case .pstore(let one): change.apply(one, to: &pstore)
        }
    }
}

/// What becomes of a device in its list.
private enum Change {
    case insert, remove
    case replace(DomainDevice)

    func apply<T: XMLElement & Equatable>(_ one: T, to list: inout [T]) {
        if case .insert = self { return list.append(one) }
        guard let index = list.firstIndex(of: one) else { return }
        if let new = result(one) { list[index] = new } else { list.remove(at: index) }
    }

    func apply<T: XMLElement & Equatable>(_ one: T, to device: inout T?) { device = result(one) }

    private func result<T: XMLElement>(_ one: T) -> T? {
        switch self {
        case .insert: one
        case .remove: nil
        case .replace(let new): new.part.element as? T
        }
    }
}
