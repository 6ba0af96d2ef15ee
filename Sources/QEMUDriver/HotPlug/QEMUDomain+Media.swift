import DriverKit
import JSON
import QEMUModel
import Virt
import VirtXML

extension QEMUDomain {
    /// How long a change of media waits for a tray to stay open, and how often it is opened meanwhile.
    private static let trayPatience = Duration.seconds(5)
    private static let trayPause = Duration.milliseconds(250)

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
        try requireNoJob(on: old)
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
        let parts = try await newParts(of: device, in: after, qemu)
        let drive = Drive(alias: alias, run: run, isForced: isForced)
        if !old.source.isEmpty { try await withOpenTray(of: drive, "blockdev-remove-medium") }
        await remove(former)
        await endHelpers(of: .disk(old), of: run)
        publish { $0.live?.devices.replace(.disk(old), with: .disk(old.empty)) }
        if !changed.source.isEmpty {
            try await startHelpers(of: device, hotPlugGuest(after, qemu))
            try await insert(parts, changed, drive)
        }
        publish { $0.live?.devices.replace(.disk(old.empty), with: device) }
    }

    /// The drive with the new medium, numbered and examined.
    private func medium(_ new: DiskDevice, in old: DiskDevice) async throws(VirtError) -> DomainDevice {
        var disk = old.empty
        disk.source = new.source
        if !new.source.isEmpty {
            disk.driver.format = new.driver.format ?? old.driver.format
            try disk.locate(in: context.volumes)
            disk.driver.format = disk.driver.format ?? .raw
            disk.backingStore = new.backingStore
            var next = lastImage
            disk.numberImages(&next)
            noteImage(next)
        }
        return try await examined(.disk(disk))
    }

    private func insert(_ parts: [QEMUPart], _ disk: DiskDevice, _ drive: Drive) async throws(VirtError) {
        _ = try await give(.disk(disk))
        let nodes = parts.filter { !$0.isFront }
        try await add(nodes)
        let node = parts.compactMap(\.drive).first
        do throws(VirtError) {
            try await withOpenTray(of: drive, "blockdev-insert-medium", ["node-name": node ?? .null])
        } catch {
            await remove(nodes)
            throw error
        }
        try await ask("blockdev-close-tray", ["id": .string(drive.alias)])
    }

    /// Does what needs an open tray. Firmware that resets the drive while it looks for something to boot closes
    /// the tray again, and a guest that has locked it opens it a little later: so it is opened more than once.
    private func withOpenTray(
        of drive: Drive, _ command: String, _ arguments: JSONObject = [:]
    ) async throws(VirtError) {
        var arguments = arguments
        arguments["id"] = .string(drive.alias)
        let end = ContinuousClock.now + Self.trayPatience
        while true {
            try await ask("blockdev-open-tray", ["id": .string(drive.alias), "force": .bool(drive.isForced)])
            do throws(VirtError) {
                try await ask(command, arguments)
                return
            } catch {
                guard ContinuousClock.now < end, (try? await Task.sleep(for: Self.trayPause)) != nil else {
                    throw error
                }
            }
            guard guest(drive.run) != nil else { throw VirtError.endedMeanwhile }
        }
    }
}

/// The drive whose medium is changed.
private struct Drive {
    var alias: String
    /// The run that it belongs to.
    var run: Int32
    /// Whether the tray is opened though the guest has locked it.
    var isForced: Bool
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
    func isSameImage(as other: StorageSource) -> Bool {
        var (one, two) = (self, other)
        (one.index, two.index) = (nil, nil)
        // Where a volume is says nothing that its name doesn't.
        if one.type == .volume, two.type == .volume {
            (one.path, one.located, two.path, two.located) = (nil, nil, nil, nil)
        }
        if one.isEmpty && two.isEmpty { return true }
        return one == two
    }
}
