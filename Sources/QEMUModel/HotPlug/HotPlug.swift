import ByteText
import VirtXML

/// What a running guest gets when a device is attached: the device, with all that was left open about it filled
/// in, behind the controllers that it needs and that can be plugged in too. Pure.
package struct HotPlug {
    private let before: DomainDefinition
    /// The guest's document with the device in it. Whoever holds this fills its defaults in.
    package var filled: DomainDefinition

    package init(before: DomainDefinition, filled: DomainDefinition) {
        self.before = before
        self.filled = filled
    }

    package init(_ device: DomainDevice, into live: DomainDefinition) throws(ConfigurationError) {
        before = live
        filled = live
        try live.checkRoom(for: device)
        filled.devices.insert(device)
    }

    /// The new devices, in the order in which they are to be plugged in.
    ///
    /// - Parameters:
    ///   - image: the number that was given to an image last.
    ///   - folder: where the guest's helpers have their sockets.
    package mutating func devices(
        _ qemu: QEMUCapabilities, image: UInt32, folder: String
    ) throws(ConfigurationError) -> [DomainDevice] {
        try filled.assignUSB()
        let known = Set(before.devices.all.compactMap(\.alias))
        let present = before.devices.all
        let isNew = filled.devices.all.map { device in
            !present.contains(device) && !(device.alias.map(known.contains) ?? false)
        }
        filled.assignAliases(qemu)
        var names = known
        var found: [DomainDevice] = []
        for (device, _) in zip(filled.devices.all, isNew).filter({ $0.1 && $0.0.alias != nil }) {
            try checkSlot(of: device)
            if case .controller(let controller) = device, controller.type == .pci { continue }
            found.append(named(device, &names).settled(after: image, folder))
        }
        // What others are plugged into comes first.
        return found.filter(\.isController) + found.filter { !$0.isController }
    }

    /// No bridge for further slots can be plugged in.
    private func checkSlot(of device: DomainDevice) throws(ConfigurationError) {
        guard let address = device.info?.address?.pci, !device.isController || address.bus > 0 else { return }
        let exists = before.devices.controllers.contains { $0.type == .pci && $0.index == address.bus }
        guard exists || address.bus == 0 else { throw .internal("No more available PCI slots") }
    }

    /// A number that another device has already is replaced by the one behind the highest.
    private func named(_ device: DomainDevice, _ names: inout Set<String>) -> DomainDevice {
        guard let alias = device.alias, !names.insert(alias).inserted else { return device }
        let prefix = Substring(alias.utf8.prefix { !$0.isDigit })
        let numbers = names.compactMap { $0.droppingBytePrefix(prefix).flatMap { UInt32($0) } }
        let next = "\(prefix)\((numbers.max() ?? 0) &+ 1)"
        names.insert(next)
        return device.with { $0.alias = next }
    }
}

extension DomainDevice {
    var isController: Bool { if case .controller = self { true } else { false } }

    /// A disk's images get the numbers behind the last, and it is told where its helper listens.
    fileprivate func settled(after last: UInt32, _ folder: String) -> DomainDevice {
        guard case .disk(var disk) = self else { return self }
        var next = last
        disk.numberImages(&next)
        if disk.source.reservations?.managed == true, disk.source.reservations?.source == nil {
            var helper = Reservations.Source()
            helper.path = folder + "/pr-helper0.sock"
            disk.source.reservations?.source = helper
        }
        return .disk(disk)
    }
}

extension DomainDefinition {
    /// The highest number of an image of the guest's disks.
    package var lastImage: UInt32 { devices.disks.map(\.highestImage).max() ?? 0 }

    /// Refuses a device that is there already.
    package func checkRoom(for device: DomainDevice) throws(ConfigurationError) {
        switch device {
        case .disk(let disk) where devices.disks.contains { $0.target.dev == disk.target.dev }:
            throw .failed("target \(disk.target.dev) already exists")
        case .watchdog(let watchdog) where devices.watchdogs.contains { $0.model == watchdog.model }:
            throw .failed("domain already has a watchdog")
        case .vsock where devices.vsock != nil:
            throw .failed("the domain already has a vsock device")
        case .memballoon where devices.memballoon.map({ $0.model != .none }) ?? false:
            throw .failed("domain already has a memory balloon")
        case .controller(let one)
        where devices.controllers.contains {
            $0.type == one.type && $0.index == one.index && one.index != nil
        }:
            throw .failed("target \(one.type.rawValue):\(one.index ?? 0) already exists")
        default: break
        }
        guard let alias = device.alias, devices.all.contains(where: { $0.alias == alias }) else { return }
        throw .failed("non unique alias detected: \(alias)")
    }
}
