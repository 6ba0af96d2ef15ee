import ByteText
import DriverKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

/// Checkpoints of a running guest: bitmaps in its images, in which QEMU notes what is written from then on.
extension QEMUDomain {
    func takeCheckpoint(
        _ new: inout CheckpointDefinition, _ flags: DomainCheckpointCreateFlags
    ) async throws(VirtError) {
        if flags.contains(.quiesce) {
            throw VirtError(
                .argumentUnsupported,
                "the guest's file systems can't be had wait so far: leave --quiesce out",
                from: .qemu)
        }
        let run = try requireGuest().id
        try requireNoBlockJobs()
        let text = try snapshot.xml([.secure, .migratable], channels: context.configuration.channels)
        var domain = try DomainDefinition(document: text, [.inactive, .secure])
        try await context.complete(&domain)
        new.domain = domain
        let places = try await room(for: new)
        let added = places.map { $0.adding(isPersistent: true, isRecording: true) }
        try await ask("transaction", ["actions": .array(added)])
        guard guest(run) != nil else { throw VirtError.endedMeanwhile }
    }

    /// Where the bitmaps of a new checkpoint are to be, which aren't there yet.
    func room(for new: CheckpointDefinition) async throws(VirtError) -> [BitmapPlace] {
        let places = try places(of: new)
        for place in places where !place.bitmap.hasSameBytes(as: new.name ?? "") {
            throw VirtError(
                .configUnsupported,
                "bitmap for disk '\(place.disk)' must match checkpoint name '\(new.name ?? "")'",
                from: .domainCheckpoint)
        }
        if places.isEmpty {
            throw VirtError(
                .configUnsupported, "no disk is to have a bitmap: a checkpoint needs one", from: .qemu)
        }
        let known = try await bitmaps()
        // One that no record tells of is left from a daemon that was killed before it had written that.
        for stray in places.map(\.place) where known[stray] != nil {
            try await ask(stray.removing.name, stray.removing.arguments)
        }
        return places.map(\.place)
    }

    func discard(_ doomed: CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        let actions = try places(of: doomed).map(\.place).filter { known[$0] != nil }.map {
            place -> JSONValue in
            ["type": "block-dirty-bitmap-remove", "data": place.json]
        }
        if !actions.isEmpty { try await ask("transaction", ["actions": .array(actions)]) }
    }

    func validate(_ checkpoint: CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        for place in try places(of: checkpoint) where known[place.place]?.isSound != true {
            throw VirtError(
                .checkpointInconsistent,
                "missing or broken bitmap '\(place.bitmap)' for disk '\(place.disk)'",
                from: .qemu)
        }
    }

    func measure(_ checkpoint: inout CheckpointDefinition) async throws(VirtError) {
        try requireGuest()
        let known = try await bitmaps()
        let places = try places(of: checkpoint)
        for index in checkpoint.disks.indices {
            guard let place = places.first(where: { $0.disk.hasSameBytes(as: checkpoint.disks[index].name) })
            else { continue }
            checkpoint.disks[index].size = known[place.place]?.count
        }
    }

    // MARK: Bitmaps

    /// Where the bitmaps of a checkpoint are in the running guest.
    private func places(of checkpoint: CheckpointDefinition) throws(VirtError) -> [CheckpointBitmap] {
        var places: [CheckpointBitmap] = []
        for disk in checkpoint.disks where disk.checkpoint == .bitmap {
            guard let own = snapshot.live?.disk(called: disk.name), let number = own.source.index else {
                throw VirtError(
                    .configUnsupported, "the running domain has no disk '\(disk.name)' with an image",
                    from: .qemu)
            }
            guard own.driver.format == .qcow2 else {
                throw VirtError(
                    .configUnsupported,
                    "checkpoint for disk \(disk.name) unsupported for storage type \((own.driver.format ?? .raw).rawValue)",
                    from: .qemu)
            }
            places.append(
                CheckpointBitmap(
                    disk: own.target.dev,
                    place: BitmapPlace(
                        node: "libvirt-\(number)-format", name: disk.bitmap ?? checkpoint.name ?? "")))
        }
        return places
    }

    /// The bitmaps that QEMU has.
    func bitmaps() async throws(VirtError) -> BitmapTable {
        BitmapTable(try await ask("query-named-block-nodes", ["flat": true]))
    }
}

/// A disk's bitmap of a checkpoint.
private struct CheckpointBitmap: Sendable {
    let disk: String
    let place: BitmapPlace

    var bitmap: String { place.name }
}
