import JSON
import Virt
import VirtXML

/// A file system that is mounted in a guest, as its agent describes it.
package struct GuestFilesystem: Equatable, Sendable {
    package var name = ""
    package var mountpoint = ""
    package var type = ""
    package var totalBytes: UInt64?
    package var usedBytes: UInt64?
    package var disks: [GuestDisk] = []

    /// How many of them a reply has room for.
    private static let most = 256

    /// Those that an answer names, the last first, as libvirt lists them.
    package static func all(in answer: JSONValue) throws(VirtError) -> [GuestFilesystem] {
        guard let entries = answer.array else {
            throw .malformed("guest-get-fsinfo reply was missing or not an array")
        }
        if entries.count > most { throw .malformed("guest-get-fsinfo names \(entries.count) file systems") }
        var all: [GuestFilesystem] = []
        for entry in entries { try all.insert(GuestFilesystem(entry), at: 0) }
        return all
    }

    private init(_ entry: JSONValue) throws(VirtError) {
        guard let mountpoint = entry["mountpoint"]?.string else {
            throw .malformed("'mountpoint' missing in reply of guest-get-fsinfo")
        }
        guard let name = entry["name"]?.string else {
            throw .malformed("'name' missing in reply of guest-get-fsinfo")
        }
        guard let type = entry["type"]?.string else {
            throw .malformed("'type' missing in reply of guest-get-fsinfo")
        }
        (self.name, self.mountpoint, self.type) = (name, mountpoint, type)
        (totalBytes, usedBytes) = (entry["total-bytes"]?.uint, entry["used-bytes"]?.uint)
        guard let disks = entry["disk"]?.array else {
            throw .malformed("'disk' missing in reply of guest-get-fsinfo")
        }
        if disks.count > Self.most { throw .malformed("a file system on \(disks.count) disks") }
        self.disks = disks.map(GuestDisk.init)
    }
}

/// Where in its machine a guest sees a disk.
package struct GuestDisk: Equatable, Sendable {
    package var serial: String?
    package var device: String?
    /// The bus, as the agent calls it: `ide`, `scsi`, `virtio` …
    package var bus: String?
    private var controller: PCIAddress?
    private var place: (bus: UInt32, target: UInt32, unit: UInt64) = (0, 0, 0)

    init(_ entry: JSONValue) {
        func number(_ value: JSONValue?) -> UInt32? { value?.uint.flatMap { UInt32(exactly: $0) } }
        (serial, device, bus) = (entry["serial"]?.string, entry["dev"]?.string, entry["bus-type"]?.string)
        if let card = entry["pci-controller"], let bus = number(card["bus"]),
            let slot = number(card["slot"])
        {
            controller = PCIAddress(
                domain: number(card["domain"]) ?? 0, bus: bus, slot: slot,
                function: number(card["function"]) ?? 0)
        }
        place = (
            number(entry["bus"]) ?? 0, number(entry["target"]) ?? 0, entry["unit"]?.uint ?? 0
        )
    }

    package static func == (left: GuestDisk, right: GuestDisk) -> Bool {
        (left.serial, left.device, left.bus) == (right.serial, right.device, right.bus)
            && left.controller == right.controller && left.place == right.place
    }

    /// Whether it is the disk that stands there.
    fileprivate func stands(at address: DeviceAddress, _ devices: DomainDevices) -> Bool {
        switch address {
        case .pci(let address): return controller.map { $0.isAt(address) } ?? false
        case .drive(let drive):
            let owner = devices.controllers.first { one in
                one.index == drive.controller && one.type.rawValue == bus
            }
            guard case .pci(let address)? = owner?.info.address, let controller,
                controller.isAt(address)
            else { return false }
            return (drive.bus, drive.target, drive.unit) == (place.bus, place.target, place.unit)
        default: return false
        }
    }
}

extension DomainDevices {
    /// How the guest's document calls a disk that its agent has described.
    package func target(in disk: GuestDisk) -> String? {
        disks.first { own in own.info.address.map { disk.stands(at: $0, self) } ?? false }?.target.dev
    }
}

extension PCIAddress {
    fileprivate func isAt(_ other: PCIAddress) -> Bool {
        (domain, bus, slot, function) == (other.domain, other.bus, other.slot, other.function)
    }
}

extension VirtError {
    /// An answer of an agent that isn't what it should be.
    package static func malformed(_ what: String) -> VirtError {
        VirtError(.internalError, what, from: .qemu)
    }
}
