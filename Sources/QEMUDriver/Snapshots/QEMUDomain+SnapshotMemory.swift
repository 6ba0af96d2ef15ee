import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// The memory of a guest in a file of its own, beside the images of a snapshot.
extension QEMUDomain {
    /// The file that a new snapshot's memory is to be in; nil where it has none.
    func memoryFile(of new: SnapshotDefinition) async throws(VirtError) -> StatePlace? {
        guard new.memory?.snapshot == .external, let path = new.memory?.file else { return nil }
        return try await Blocking.run { () throws(VirtError) in try StatePlace(path) }
    }

    /// Writes the guest's memory to a file, and leaves the guest standing still; whether QEMU has its images at hand then. An
    /// older one has them once the guest goes on.
    ///
    /// - Parameter isLive: it runs until nearly all is written.
    func writeMemory(to place: StatePlace, isLive: Bool) async throws(VirtError) -> Bool {
        let (run, wasRunning) = (try requireGuest().id, snapshot.state == .running)
        guest?.job = GuestJob(.snapshot)
        defer { if guest(run) != nil { guest?.job = nil } }
        let image = try await saveImage(SaveOrder(path: place.path, flags: [], format: .raw), wasRunning)
        let start: [UInt8]
        do throws(SaveImageError) { start = try image.bytes() } catch {
            throw VirtError(.operationFailed, error.message, from: .qemu)
        }
        let file = try await Blocking.run { () throws(VirtError) in try place.open() }
        if wasRunning, !isLive { try await pause(.snapshot) }
        _ = try await writeState(run, image, start, file, place)
        try await context.writing(place.path) { () throws(SystemError) in try place.take() }
        // QEMU has closed its images, as if they were another host's now.
        guard try await capabilities().schema.has("blockdev-set-active", "active") else { return false }
        try await ask("blockdev-set-active", ["active": true])
        return true
    }

    /// The guest as a snapshot's memory has it, on other images; nil where the snapshot has no memory of its own.
    func savedMemory(
        of target: SnapshotDefinition, on overlays: [ImageOverlay]
    ) async throws(VirtError) -> SavedGuest? {
        guard target.memory?.snapshot == .external, let path = target.memory?.file else { return nil }
        let file = try await Blocking.run { () throws(VirtError) in try OpenSaveImage(path) }
        var saved = try await SavedGuest(file, in: context)
        saved.definition.name = snapshot.name
        for overlay in overlays { saved.definition.put(overlay.top) }
        return saved
    }

    /// Starts the guest as a snapshot's memory has it.
    func restart(_ saved: SavedGuest, _ flags: DomainSnapshotRevertFlags) async throws(VirtError) {
        let isPaused = flags.contains(.paused) || !saved.isRunning && !flags.contains(.running)
        var saved = saved
        saved.isRunning = !isPaused
        var start: DomainCreateFlags = isPaused ? .startPaused : []
        if flags.contains(.resetNvram) { start.insert(.startResetNvram) }
        loading = LoadedSnapshot(snapshot: nil)
        defer { loading = nil }
        _ = try await self.start(saved.definition, start, restoring: saved)
    }
}
