import VirtXML

extension DomainDefinition {
    /// No two disks are in one place.
    func checkDriveAddresses() throws(ConfigurationError) {
        var used: [DiskBus: [DriveAddress: String]] = [:]
        for disk in devices.disks {
            guard let place = disk.info.address?.drive, let bus = disk.target.bus else { continue }
            if let first = used[bus, default: [:]].updateValue(disk.target.dev, forKey: place) {
                throw .unsupported(
                    "Found duplicate drive address for disk with target name '\(first)' controller='\(place.controller)' bus='\(place.bus)' target='\(place.target)' unit='\(place.unit)'"
                )
            }
        }
    }

    /// Where on its controller a disk is.
    func checkDrive(of disk: DiskDevice) throws(ConfigurationError) {
        guard let place = disk.info.address?.drive, let bus = disk.target.bus else { return }
        try check(place, on: bus)
    }

    func checkAddressKind(of disk: DiskDevice) throws(ConfigurationError) {
        guard let kind = disk.info.address?.kind, let bus = disk.target.bus else { return }
        switch bus {
        case .scsi, .ide, .sata, .fdc:
            guard kind != .drive else { return }
            throw .unsupported(
                "Invalid address type '\(kind.rawValue)' for the disk '\(disk.target.dev)' with the bus type '\(disk.target.busName)'"
            )
        default: break
        }
    }

    private func check(_ place: DriveAddress, on bus: DiskBus) throws(ConfigurationError) {
        switch bus {
        case .fdc:
            if place.controller > 0 { throw .internal("Only 1 fdc controller is supported") }
            if place.bus > 0 { throw .internal("Only 1 fdc bus is supported") }
            if place.target > 0 { throw .unsupported("target must be 0 for controller fdc") }
        case .ide:
            if place.controller > 0 { throw .internal("Only 1 IDE controller is supported") }
            if place.target > 0 { throw .unsupported("target must be 0 for ide controller") }
        case .sata:
            if place.bus > 0 { throw .unsupported("bus must be 0 for sata controller") }
            if place.target > 0 { throw .unsupported("target must be 0 for sata controller") }
        case .scsi:
            if place.bus > 0 { throw .internal("SCSI controller only supports 1 bus") }
            if place.target > 0, isLSILogic(place.controller) {
                throw .unsupported("target must be 0 for controller model 'lsilogic'")
            }
        default: break
        }
    }

    private func isLSILogic(_ index: UInt32) -> Bool {
        devices.controllers.first { $0.type == .scsi && $0.index == index }?.model == "lsilogic"
    }
}
