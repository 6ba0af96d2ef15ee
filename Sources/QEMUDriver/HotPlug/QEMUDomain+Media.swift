import DriverKit
import JSON
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// Puts another medium into a drive, or takes the one in it out.
    func change(_ old: DiskDevice, to new: DiskDevice, isForced: Bool) async throws(VirtError) {
        try old.checkChange(to: new)
        guard old.device == .cdrom || old.device == .floppy else {
            guard old.source.isSameImage(as: new.source) else {
                throw VirtError(
                    .operationUnsupported, "cannot modify field 'source' (or it's parts) of the disk",
                    from: .qemu)
            }
            return
        }
        if old.source.isSameImage(as: new.source) { return }
        let run = try requireGuest().id
        guard let live = snapshot.live, let alias = old.info.alias, let emulator = live.devices.emulator
        else {
            return
        }
        let qemu = try await context.capabilities(of: emulator)
        let former = try parts(of: .disk(old), in: live, qemu).filter { !$0.isFront }
        let device = try await medium(new, in: old)
        guard case .disk(let changed) = device else { return }
        var after = live
        after.devices.replace(.disk(old), with: device)
        let parts = try parts(of: device, in: after, qemu)
        try await open(alias, isForced: isForced)
        if !old.source.isEmpty { try await ask("blockdev-remove-medium", ["id": .string(alias)]) }
        await remove(former)
        await endHelpers(of: .disk(old), of: run)
        publish { $0.live?.devices.replace(.disk(old), with: .disk(old.empty)) }
        if !changed.source.isEmpty {
            try await startHelpers(of: device, hotPlugGuest(after, qemu))
            try await insert(parts, changed, alias)
        }
        publish { $0.live?.devices.replace(.disk(old.empty), with: device) }
    }

    /// The drive with the new medium, numbered and examined.
    private func medium(_ new: DiskDevice, in old: DiskDevice) async throws(VirtError) -> DomainDevice {
        var disk = old.empty
        disk.source = new.source
        if !new.source.isEmpty {
            disk.driver.format = new.driver.format ?? old.driver.format ?? .raw
            disk.backingStore = new.backingStore
            var next = lastImage
            disk.numberImages(&next)
            noteImage(next)
        }
        return try await examined(.disk(disk))
    }

    private func insert(_ parts: [QEMUPart], _ disk: DiskDevice, _ alias: String) async throws(VirtError) {
        _ = try await give(.disk(disk))
        let nodes = parts.filter { !$0.isFront }
        try await add(nodes)
        let node = parts.compactMap(\.drive).first
        do throws(VirtError) {
            try await ask("blockdev-insert-medium", ["id": .string(alias), "node-name": node ?? .null])
        } catch {
            await remove(nodes)
            throw error
        }
        try await ask("blockdev-close-tray", ["id": .string(alias)])
    }

    private func open(_ alias: String, isForced: Bool) async throws(VirtError) {
        try await ask("blockdev-open-tray", ["id": .string(alias), "force": .bool(isForced)])
    }
}

extension QEMUPart {
    /// The node behind a disk's device.
    fileprivate var drive: JSONValue? { if case .device(let device) = self { device["drive"] } else { nil } }
}

extension DiskDevice {
    /// The drive with nothing in it.
    fileprivate var empty: DiskDevice {
        var disk = self
        disk.source = StorageSource()
        disk.source.type = source.type
        (disk.driver.format, disk.backingStore) = (nil, nil)
        return disk
    }
}

extension StorageSource {
    /// Whether both name the same image, whatever number it has.
    fileprivate func isSameImage(as other: StorageSource) -> Bool {
        var (one, two) = (self, other)
        (one.index, two.index) = (nil, nil)
        if one.isEmpty && two.isEmpty { return true }
        return one == two
    }
}
