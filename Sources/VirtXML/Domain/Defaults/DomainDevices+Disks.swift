import ByteText
import XMLBinding

extension DomainDevices {
    /// Puts a disk where libvirt would: among those of its bus in the order of their targets.
    public mutating func insert(_ disk: DiskDevice) {
        let place = DiskTarget.index(disk.target.dev) ?? -1
        var at: Int?
        for index in disks.indices.reversed() where disks[index].target.bus == disk.target.bus {
            let other = DiskTarget.index(disks[index].target.dev) ?? -1
            if other > place {
                at = index
            } else if at == nil {
                at = index + 1
                break
            } else {
                break
            }
        }
        disks.insert(disk, at: at ?? disks.endIndex)
    }

    /// Puts all disks where they would be had they been inserted one after the other: those of a bus together, in
    /// the order of their targets.
    mutating func sortDisks() {
        var ranks: [DiskBus?: Int] = [:]
        let targets = disks.indices.map { disks[$0].target }
        for target in targets where ranks[target.bus] == nil { ranks[target.bus] = ranks.count }
        let keys = targets.enumerated().map { position, target in
            (ranks[target.bus] ?? 0, DiskTarget.index(target.dev) ?? -1, position)
        }
        let sorted = keys.sorted { $0 < $1 }
        if !sorted.elementsEqual(keys, by: ==) { disks = sorted.map { disks[$0.2] } }
    }

    /// Fills in buses from targets, and places on controllers for those that have none.
    ///
    /// - Parameter scsiUnits: how many units a SCSI controller has.
    public mutating func fillDisks(scsiUnits: UInt32) throws(XMLError) {
        for index in disks.indices {
            disks[index].fillBus()
            if disks[index].device == .cdrom { disks[index].readonly = true }
            guard disks[index].info.address == nil else { continue }
            disks[index].info.address = try disks[index].driveAddress(scsiUnits: scsiUnits)
                .map(DeviceAddress.drive)
        }
    }
}

extension DiskTarget {
    /// The place that a target's letters stand for: `vda` is 0, `sdaa` is 26. nil for any other name.
    public static func index(_ dev: String) -> Int? {
        let name = dev.droppingBytePrefix("ioemu:") ?? dev[...]
        guard let place = prefixes.lazy.compactMap({ name.droppingBytePrefix($0.0) }).first else {
            return nil
        }
        let letters = place.utf8.prefix { (0x61...0x7A).contains($0) }
        let partition = place.utf8.dropFirst(letters.count)
        guard (1...4).contains(letters.count), partition.allSatisfy(\.isDigit) else { return nil }
        return letters.reduce(0) { ($0 * 26) + Int($1) - Int(UInt8(ascii: "a")) + 1 } - 1
    }

    /// The bus that a target's first letters stand for.
    public static func bus(_ dev: String) -> DiskBus? {
        let name = dev.droppingBytePrefix("ioemu:") ?? dev[...]
        return prefixes.first { name.hasBytePrefix($0.0) }?.1
    }

    private static let prefixes: [(String, DiskBus)] = [
        ("xvd", .xen), ("ubd", .uml), ("fd", .fdc), ("hd", .ide), ("vd", .virtio), ("sd", .scsi),
    ]
}

extension DiskDevice {
    /// Takes the bus from the kind of drive or the target's name.
    public mutating func fillBus() {
        guard target.bus == nil else { return }
        let named = DiskTarget.bus(target.dev) ?? .ide
        // A drive that isn't a floppy's is on no floppy bus, whatever it is called.
        target.bus = device == .floppy ? .fdc : named == .fdc ? .ide : named
    }

    /// The place that the target's name stands for; nil on a bus without places.
    public func driveAddress(scsiUnits: UInt32) throws(XMLError) -> DriveAddress? {
        guard let bus = target.bus, [.ide, .scsi, .fdc, .sata].contains(bus) else { return nil }
        guard let index = DiskTarget.index(target.dev).map(UInt32.init(clamping:)) else {
            throw XMLError(
                .xml, "Unknown disk name '\(target.dev)' and no address specified", element: "target",
                attribute: "dev", value: target.dev)
        }
        switch bus {
        case .scsi: return scsiAddress(index, units: scsiUnits)
        case .ide: return DriveAddress(controller: index / 4, bus: index % 4 / 2, unit: UInt64(index % 2))
        case .sata: return DriveAddress(controller: index / 6, unit: UInt64(index % 6))
        default: return DriveAddress(controller: index / 2, unit: UInt64(index % 2))
        }
    }

    /// On a wide bus the controller itself is number 7.
    private func scsiAddress(_ index: UInt32, units: UInt32) -> DriveAddress {
        guard units > 7 else { return DriveAddress(controller: index / 7, unit: UInt64(index % 7)) }
        let unit = index % 15
        return DriveAddress(controller: index / 15, unit: UInt64(unit >= 7 ? unit + 1 : unit))
    }
}
